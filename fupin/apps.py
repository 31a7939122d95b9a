from django.apps import AppConfig


class FupinConfig(AppConfig):
    name = "fupin"

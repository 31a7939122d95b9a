"""The public lookup in the API: by POST, without an account, within the limits that the page has."""

from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.publication import find_by_name, find_by_number, name_key
from fupin.clients import client_address
from fupin.problems import TooManyRequests
from portal.limits import seconds_before_lookup
from portal.serializers import LookupAnswerSerializer, LookupSerializer


@method_decorator(never_cache, name="dispatch")
class PublicLookup(APIView):
    """Look a household up. 'Not found' and 'not public' are one answer."""

    authentication_classes: list = []
    permission_classes = [AllowAny]
    http_method_names = ["post"]
    problems = {None: (404, 429)}

    @extend_schema(
        summary="Look a household up in the public register",
        request=LookupSerializer,
        responses={200: LookupAnswerSerializer},
    )
    def post(self, request):
        asked = LookupSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        records = self._find(**asked.validated_data)
        if not records:
            raise Http404
        records[0].namesakes = records[1:]
        return Response(LookupAnswerSerializer(records[0]).data)

    def _find(self, name: str, village: str = "", number: str = "") -> list:
        number = number.upper()
        wait = seconds_before_lookup(client_address(self.request), number or name_key(village, name))
        if wait:
            raise TooManyRequests(wait)
        return find_by_number(number, name) if number else find_by_name(village, name)

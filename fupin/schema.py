"""How the API describes itself (OpenAPI): every operation names the problems that it may answer with."""

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from fupin import problems


class ErrorSerializer(serializers.Serializer):
    """One fault of a request."""

    pointer = serializers.CharField(help_text="JSON pointer to the faulty value; / is the whole body.")
    detail = serializers.CharField()
    wanted = serializers.CharField(required=False, help_text="What would be right.")


class ProblemSerializer(serializers.Serializer):
    """A problem document (RFC 9457)."""

    type = serializers.CharField(help_text="about:blank: the status says it all.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    errors = ErrorSerializer(many=True, required=False, help_text="What is wrong with which value (400).")
    current = serializers.DictField(required=False, help_text="The values as they stand now (409).")


class ApiSchema(AutoSchema):
    """The problems of an operation follow from what it takes; `problems = {action: (409,)}` on a viewset adds more."""

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        for status in sorted(self._problem_statuses()):
            body = self._get_response_for_code(ProblemSerializer, str(status), [problems.CONTENT_TYPE], direction)
            bodies.setdefault(str(status), body | {"description": str(problems.TITLES[status])})
        return bodies

    def _problem_statuses(self) -> set[int]:
        statuses = {406} | set(getattr(self.view, "problems", {}).get(getattr(self.view, "action", None), ()))
        if self.view.authentication_classes:
            statuses |= {401, 403}
        if "{" in self.path:
            statuses.add(404)
        if self.method in ("POST", "PUT", "PATCH"):
            statuses |= {400, 415}
        if self._is_list_view() or self.get_override_parameters():
            statuses.add(400)
        return statuses

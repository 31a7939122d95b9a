"""What pages share on which people do something: a form whose values go to a service, and its refusals."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView


def show_refusal(form: Form, refusal: ValidationError) -> None:
    """What a service refused, beside the fields that it speaks of; what has no field here stands above the form."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields and name != NON_FIELD_ERRORS else None, errors)


@method_decorator(never_cache, name="dispatch")
class ServicePage(PermissionRequiredMixin, FormView):
    """A form whose values go to a service. A refusal stands beside its field, and what was typed stays."""

    def act(self, values: dict) -> tuple[str, str]:
        """Do it; returns what to say, and where to go.

        Raises:
            ValidationError: it is refused.
            PermissionDenied: with a message where the person is barred, without one where their role is.
            ObjectDoesNotExist: what it is about is out of the person's reach.
        """
        raise NotImplementedError

    def form_valid(self, form):
        try:
            said, url = self.act(form.cleaned_data)
        except ValidationError as refusal:
            self.refuse(form, refusal)
        except PermissionDenied as refusal:
            if not str(refusal):
                raise
            form.add_error(None, str(refusal))
        except ObjectDoesNotExist as gone:
            raise Http404 from gone
        else:
            messages.success(self.request, said)
            return redirect(url)
        return self.form_invalid(form)

    def refuse(self, form: Form, refusal: ValidationError) -> None:
        """Show a refusal on the form."""
        show_refusal(form, refusal)

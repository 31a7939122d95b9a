"""Printed forms: what was entered once, as a clean page for the browser's print and as a PDF with its fonts inside.

WeasyPrint needs libraries that pip does not bring. It is imported only when a PDF is asked for, so that without them
all else works, the print of the browser included.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.staticfiles import finders
from django.dispatch import Signal
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

STYLESHEET = "css/print.css"
# How the stylesheet is called inside a PDF, where nothing is fetched from a server.
OWN = "static:"
PROBE = "汉"

# Sent with `actor`, `subject`, `reference`, `form` and `file_format` when a form was made; the audit listens.
printed = Signal()


class CannotPrint(Exception):
    """This machine lacks a library or a font that PDFs need."""


class Refused(Exception):
    """A page to print asked for something from elsewhere."""


def own_stylesheet(url: str) -> bytes:
    """One of our own stylesheets, from the disk.

    Raises:
        Refused: the address is anything else.
    """
    name = url.removeprefix(OWN)
    is_own = url.startswith(f"{OWN}css/") and name.endswith(".css") and ".." not in name
    path = finders.find(name) if is_own else None
    if not path:
        raise Refused(url[:80])
    return Path(path).read_bytes()


def pdf_of(html: str) -> bytes:
    """A page as a PDF. It reaches for nothing but our own stylesheets and what stands in the page itself.

    Raises:
        CannotPrint: a library or a Chinese font is missing.
    """
    weasyprint = _weasyprint()
    if not _has_chinese_font():
        raise CannotPrint
    return weasyprint.HTML(string=html, url_fetcher=closed_fetcher()).write_pdf()


def _weasyprint():
    try:
        import weasyprint
    except (ImportError, OSError) as missing:
        raise CannotPrint from missing
    return weasyprint


def closed_fetcher():
    """What WeasyPrint asks for stylesheets and pictures: ours, and data: addresses; all else is refused."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class ClosedFetcher(URLFetcher):
        def fetch(self, url, headers=None):
            if url.startswith("data:"):
                return super().fetch(url, headers)
            return URLFetcherResponse(url, own_stylesheet(url), {"Content-Type": "text/css"})

    return ClosedFetcher(allowed_protocols=["data"], allow_redirects=False)


@cache
def _has_chinese_font() -> bool:
    """Whether a font of this machine has Chinese characters; found out once by setting one."""
    from fontTools.ttLib import TTFont

    document = _weasyprint().HTML(string=PROBE, url_fetcher=closed_fetcher()).render()
    document.write_pdf()
    return any(
        ord(PROBE) in TTFont(BytesIO(font.file_content), fontNumber=font.index, lazy=True).getBestCmap()
        for font in document.fonts.values()
    )


@method_decorator(never_cache, name="dispatch")
class PrintedForm(PermissionRequiredMixin, TemplateView):
    """A form on paper. A subclass names what it is about; the page's own mixin says who may open it.

    Attributes:
        form: the form's name in addresses of files and in the audit.
        subject: what it is about, as the audit calls it.
        papers: sizes that it can be printed on; the first unless ?paper= asks for another.
    """

    form = ""
    subject = ""
    papers = ("a4",)

    @property
    def reference(self) -> str:
        """What the audit refers to; no personal data."""
        raise NotImplementedError

    @property
    def back_url(self) -> str:
        """The page to which the form belongs."""
        raise NotImplementedError

    @property
    def paper(self) -> str:
        asked = self.request.GET.get("paper", "")
        return asked if asked in self.papers else self.papers[0]

    @property
    def is_pdf(self) -> bool:
        return (self.request.POST or self.request.GET).get("format") == "pdf"

    def address(self, **values) -> str:
        """The address of this form with other choices."""
        query = self.request.GET.copy()
        for name, value in values.items():
            query[name] = value
        return f"?{query.urlencode()}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            paper=self.paper,
            other_papers=[(paper.upper(), self.address(paper=paper)) for paper in self.papers if paper != self.paper],
            stylesheet=f"{OWN}{STYLESHEET}" if self.is_pdf else static(STYLESHEET),
            is_pdf=self.is_pdf,
            pdf_url=self.address(format="pdf"),
            back_url=self.back_url,
            **kwargs,
        )

    def render_to_response(self, context, **response_kwargs):
        html = render_to_string(self.template_name, context, self.request)
        if not self.is_pdf:
            answer = HttpResponse(html, **response_kwargs)
        else:
            try:
                answer = HttpResponse(pdf_of(html), content_type="application/pdf")
            except CannotPrint:
                return render(self.request, "print/unavailable.html", {"back_url": self.back_url}, status=503)
            answer["Content-Disposition"] = f'inline; filename="{self.form}-{self.reference}.pdf"'
        printed.send(
            type(self),
            actor=self.request.user,
            subject=self.subject,
            reference=self.reference,
            form=self.form,
            file_format="pdf" if self.is_pdf else "html",
        )
        return answer

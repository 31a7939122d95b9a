"""Makes the pictures of docs/screenshots anew, from a demo of its own: `make screenshots`."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "screenshots"
HOUSEHOLDS = 800
SIZE = {"width": 1280, "height": 800}
PHONE_SIZE = {"width": 390, "height": 844}


class Album:
    """Takes pictures of a running site, each as the person who sees the page."""

    def __init__(self, site, browser) -> None:
        self.site = site
        self.browser = browser
        self.pages: dict[tuple, object] = {}

    def page(self, username: str = "", size: dict = SIZE):
        """The page of somebody who is signed in; without a name, of a stranger."""
        from tests.browser.conftest import sign_in

        key = (username, size["width"])
        if key not in self.pages:
            is_phone = size is PHONE_SIZE
            context = self.browser.new_context(
                base_url=self.site.base, viewport=size, locale="zh-CN", is_mobile=is_phone, has_touch=is_phone
            )
            self.pages[key] = context.new_page()
            if username:
                sign_in(self.pages[key], username)
        return self.pages[key]

    def take(self, name: str, page) -> None:
        """Keep what the page shows as docs/screenshots/`name`.png."""
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
        print(f"{name}.png  {(FOLDER / f'{name}.png').stat().st_size // 1024} kB")  # noqa: T201


def portal(album: Album) -> None:
    told = album.site.manage(
        "shell", "--no-imports", "-c",
        "from casework.models import PublicRecord as P; from households.models import Household as H;"
        "number = P.objects.order_by('pk').values_list('number', flat=True)[0];"
        "print(number, H.objects.get(number=number).head_name)",
    )  # fmt: skip
    number, name = told.strip().splitlines()[-1].split()
    page = album.page()
    page.goto("/")
    album.take("portal", page)
    page.goto("/lookup/")
    form = page.locator("form").filter(has=page.get_by_label("户编号"))
    form.get_by_label("户编号").fill(number)
    form.get_by_label("户主姓名").fill(name)
    form.get_by_role("button", name="查询").click()
    album.take("lookup", page)


def desk(album: Album) -> None:
    page = album.page("district")
    for name, path in {
        "overview": "/desk/",
        "proposals": "/desk/proposals/",
        "pairings": "/desk/assistance/pairings/",
    }.items():
        page.goto(path)
        album.take(name, page)


def entry(album: Album) -> None:
    """A household that is being typed, with what it comes to a head."""
    page = album.page("village")
    page.goto("/desk/households/")
    page.locator("#list tbody a").first.click()
    page.get_by_role("heading", name="按现行标准评定").evaluate("heading => heading.scrollIntoView({block: 'center'})")
    album.take("household", page)
    page.get_by_role("link", name="编辑").click()
    incomes = page.locator("[name$=-wages]").first
    incomes.fill("8600")
    incomes.press("Tab")
    page.wait_for_timeout(1000)
    album.take("entry", page)


def imported(album: Album) -> None:
    """A workbook that was checked and waits to be applied."""
    from assistance.demo.accounts import VILLAGE
    from tests.households.imports.workbooks import Book

    book = Book()
    for number in range(1, 13):
        book.household(f"T2016{number:04d}", members=3, 村代码=VILLAGE, 户主姓名="张建国")
    page = album.page("township")
    page.goto("/desk/households/import/")
    workbook = {"name": "三月.xlsx", "mimeType": "application/octet-stream", "buffer": book.content()}
    page.locator("input[type=file]").set_input_files(workbook)
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_role("button", name="确认导入").wait_for(timeout=60_000)
    album.take("import", page)


def recalculation(album: Album) -> None:
    """A recalculation on its way, and what it found."""
    page = album.page("admin")
    page.goto("/desk/recalculations/new/")
    standards = page.get_by_label("识别标准").locator("option").all_inner_texts()
    page.get_by_label("识别标准").select_option(label=next(text for text in standards if "低收入农户" in text))
    with album.site.worker_in_steps() as let_work:
        page.get_by_role("button", name="开始").click()
        page.locator("progress").wait_for()
        while page.locator("progress[value]:not([value='0'])").count() == 0:
            let_work()
            page.wait_for_timeout(200)
        page.screenshot(path=FOLDER / "recalculation-running.png", animations="disabled")
    page.locator("progress").wait_for(state="detached", timeout=120_000)
    page.get_by_text("已完成").first.wait_for()
    album.take("recalculation", page)


def phone(album: Album) -> None:
    page = album.page("cadre", PHONE_SIZE)
    page.goto("/my/")
    album.take("my", page)
    page.locator(".round__household").first.click()
    album.take("my-household", page)


def english(album: Album) -> None:
    page = album.page("auditor")
    page.goto("/desk/households/")
    page.get_by_role("button", name="English").click()
    page.wait_for_load_state()
    album.take("households-english", page)


PICTURES: tuple[Callable[[Album], None], ...] = (portal, desk, entry, imported, recalculation, phone, english)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.settings")
    django.setup()
    from tests.browser.conftest import running_browser, running_site

    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder), HOUSEHOLDS) as site,
        running_browser() as browser,
    ):
        album = Album(site, browser)
        for picture in PICTURES:
            picture(album)


if __name__ == "__main__":
    main()

"""Small worlds of everything that Fupin keeps, each in a village of its own, for tests of who sees what.

What is personal in a world carries its mark: no page or answer for somebody whose reach ends elsewhere may hold it.
Staff of the district reach two worlds of their district; a third lies in another one.
"""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from assistance.models import Cadre, Delivery, Grant, HelpingUnit, Linkage, Measure, Pairing, Visit
from casework.models import Case, CaseEvent, Notice, NoticeEntry, Objection
from casework.papers import attach, keep
from casework.publication import publish
from casework.receipts import new_receipt
from eligibility.models import (
    Alarm,
    AlarmEvent,
    Authorisation,
    ComparedList,
    ComparisonPaper,
    Criterion,
    Determination,
    Doubt,
    DoubtStep,
    Proposal,
    Recalculation,
    SimulatedDetermination,
    Simulation,
    Standard,
    StandardVersion,
    VillageDetermination,
)
from fupin import papers as stored_papers
from fupin.models import Job
from households.models import Explanation, Finding, Household, ImportBatch, LineCrossing, LivingConditions, Member
from tests.factories import make_fact, make_household, make_income, make_member, make_user, make_village
from tests.households.imports.workbooks import Book
from villages.models import Village, VillageIncome, VillageProfile

DAY = date(2016, 3, 1)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@dataclass
class Shared:
    """What belongs to no territory: the standards, the catalogue."""

    household_version: StandardVersion
    village_version: StandardVersion
    draft: StandardVersion
    measure: Measure
    district_user: User


@dataclass
class World:
    """One village with a record of every kind. `keys` are what stands in addresses, by kind of object."""

    village: Village
    mark: str
    household: Household
    other: Household
    member: Member
    clerk: User
    worker: User
    cadre: User
    contact: User
    keys: dict[str, object] = field(default_factory=dict)

    @property
    def secrets(self) -> list[str]:
        """What only those may read whose reach this world lies in."""
        marked = (
            "大川",
            "小花",
            "巷1号",
            "牌照",
            "家平稳",
            "低保",
            "发放表",
            "政发1号",
            "结转",
            "主任",
            "申请",
            "签字",
            "公示1号",
            "村委会",
            "有车",
            "邻居",
            "来信",
            "住院",
            "试算",
            "解释",
            "理由",
        )
        numbers = [self.household.number, self.household.phone, self.household.bank_account, self.member.id_number]
        return [*numbers, *(f"{self.mark}{text}" for text in marked), *self.of_the_unpaired]

    @property
    def of_the_unpaired(self) -> list[str]:
        """What helpers must not read even of the village where they help: of a household paired with nobody."""
        return [self.other.number, self.other.head_name]

    @property
    def of_the_clerk(self) -> list[str]:
        """What a clerk does for themselves: titles of jobs, names of uploaded files."""
        return [f"{self.mark}导出", f"{self.mark}导入", f"{self.mark}.xlsx"]


def make_standard(code: str, subject: str, state: str = "approved") -> StandardVersion:
    standard = Standard.objects.create(code=code, title=f"示例标准{code}", subject=subject)
    is_village = subject == "village"
    version = StandardVersion.objects.create(
        standard=standard,
        reference_date=date(2015, 12, 31),
        income_year=2015,
        line=Decimal("1500000.00") if is_village else Decimal("9000.00"),
        items=list(VillageIncome.CATEGORIES) if is_village else ["wages", "business", "property_income"],
        valid_from=DAY if state == "approved" else None,
        basis="示例文件" if state == "approved" else "",
    )
    if not is_village:
        Criterion.objects.create(version=version, position=0, effect="exclude", fact_kind="vehicle")
    version.state = state
    version.save()
    return version


def make_shared() -> Shared:
    return Shared(
        household_version=make_standard("demo-2015", "household"),
        village_version=make_standard("village-2015", "village"),
        draft=make_standard("draft-2016", "household", state="draft"),
        measure=Measure.objects.create(code="M-1", name="低保", pillar="safety_net", unit_label="元"),
        district_user=make_user("district"),
    )


def make_world(code: str, mark: str, phone: str, shared: Shared) -> World:
    """A village with this code and a record of every kind; `mark` is two characters found nowhere else."""
    village = make_village(code, f"{mark}村")
    VillageProfile.objects.create(village=village, leader=f"{mark}主任", population=2000)
    income = VillageIncome.objects.create(village=village, year=2015, operating=Decimal("900000.00"))
    clerk, worker = make_user("township", code[:9]), make_user("village", code)
    household = make_household(
        village,
        head_name=f"{mark}大川",
        members=2,
        phone=phone,
        bank_account=f"6222{phone}",
        address=f"{mark}巷1号",
        status="registered",
        registered_on=DAY,
        entered_by=worker,
    )
    other = make_household(village, head_name=f"{mark}二河")
    member = make_member(household, name=f"{mark}小花", relationship="04", sex="2")
    make_income(household, 2015, wages="12000.50")
    make_fact(household, "vehicle", date(2015, 3, 1), note=f"{mark}牌照")
    LivingConditions.objects.create(household=household, house_area=Decimal("80"))
    publish([household.pk])
    finding, crossing = _checked(household, member, f"{mark}解释", f"{mark}理由", worker)
    cadre, contact = make_user("cadre"), make_user("contact")
    world = World(village, mark, household, other, member, clerk, worker, cadre, contact)
    _help(world, shared)
    _decisions(world, shared)
    _comparison(world)
    world.keys |= {
        "household": household.number,
        "member": member.pk,
        "finding": finding.pk,
        "crossing": crossing.pk,
        "village": code,
        "village_income": (code, income.year),
    }
    return world


def _checked(
    household: Household, member: Member, explanation: str, reason: str, worker: User
) -> tuple[Finding, LineCrossing]:
    """An explained doubt of a member, and a change across the line that nobody has seen yet."""
    place = {"household": household, "village": household.village}
    at = {"rule": "M-210", "place": f"members.{member.pk}.schooling", "digest": "0" * 32}
    told = Explanation.objects.create(**place, **at, text=explanation, given_by=worker)
    finding = Finding.objects.create(**place, **at, severity="doubt", member=member, explanation=told, found_on=DAY)
    crossing = LineCrossing.objects.create(
        **place,
        standard="demo-2015",
        line=Decimal("9000.00"),
        per_head_before=Decimal("8000.00"),
        per_head_after=Decimal("9500.00"),
        reason=reason,
        changed_by=worker,
    )
    return finding, crossing


def _help(world: World, shared: Shared) -> None:
    unit = HelpingUnit.objects.create(code=f"U-{world.village.pk}", name=f"{world.village.pk}单位")
    unit.contacts.add(world.contact)
    cadre = Cadre.objects.create(code=f"C-{world.village.pk}", name="帮扶干部", unit=unit, user=world.cadre)
    pairing = Pairing.objects.create(household=world.household, cadre=cadre, started_on=DAY)
    linkage = Linkage.objects.create(village=world.village, unit=unit, started_on=DAY)
    visit = Visit.objects.create(
        household=world.household, cadre=cadre, visited_on=DAY, situation=f"{world.mark}家平稳"
    )
    grant = Grant.objects.create(
        household=world.household, measure=shared.measure, started_on=DAY, note=f"{world.mark}低保"
    )
    delivery = Delivery.objects.create(
        grant=grant,
        delivered_on=DAY,
        form="money",
        amount=Decimal("350.50"),
        payer="区民政局",
        evidence=f"{world.mark}发放表",
    )
    world.keys |= {
        "unit": unit.pk,
        "cadre": cadre.pk,
        "pairing": pairing.pk,
        "linkage": linkage.pk,
        "visit": visit.pk,
        "grant": grant.pk,
        "delivery": delivery.pk,
    }


def _alarm(world: World) -> None:
    """An alarm on the paired household, with what its cadre did about it."""
    alarm = Alarm.objects.create(
        household=world.household,
        kind="worker_lost",
        level=2,
        fingerprint=f"left:{world.member.pk}",
        member=world.member,
        facts={"how": "left", "on": "2016-03-01", "reason": "02", "workers": 0},
        since=DAY,
        raised_on=DAY,
        state="reported",
    )
    AlarmEvent.objects.create(alarm=alarm, act="report", actor=world.cadre, done_on=DAY, text=f"{world.mark}住院")
    world.keys |= {"alarm": alarm.pk}


def _procedure(world: World) -> None:
    """An unfinished case with a paper, and a list of the past on which its household stood."""
    case = Case.objects.create(
        kind="identification",
        stage="application",
        village=world.village,
        household=world.other,
        ground=f"{world.mark}申请",
        opened_by=world.clerk,
    )
    event = CaseEvent.objects.create(case=case, step="open", to_stage="application", actor=world.clerk)
    paper = keep(SimpleUploadedFile(f"{world.mark}签字.png", PICTURE), world.clerk)
    attach([paper], [event])
    notice = Notice.objects.create(
        kind="village",
        case_kind="identification",
        number=f"{world.mark}公示1号",
        village=world.village,
        starts_on=DAY,
        ends_on=DAY + timedelta(days=6),
        days=7,
        day_kind="calendar",
        place="村务公开栏",
        contact=f"{world.mark}村委会",
        photo=paper,
        created_by=world.clerk,
    )
    entry = NoticeEntry.objects.create(notice=notice, case=case, position=1, head_name=world.other.head_name, size=1)
    objection = Objection.objects.create(
        receipt=new_receipt(),
        notice=notice,
        entry=entry,
        village=world.village,
        ground="listed",
        level="township",
        text=f"{world.mark}有车",
        name=f"{world.mark}邻居",
        received_on=DAY,
        due_on=DAY + timedelta(days=10),
    )
    objection.papers.add(keep(SimpleUploadedFile(f"{world.mark}来信.png", PICTURE), world.clerk))
    rejected = Case.objects.create(
        kind="exit", stage="rejected", village=world.village, household=world.other, opened_by=world.clerk
    )
    CaseEvent.objects.create(
        case=rejected, step="reject", to_stage="rejected", actor=world.clerk, reason=f"{world.mark}有车"
    )
    world.keys |= {
        "applied_case": case.pk,
        "rejected_case": rejected.pk,
        "paper": (case.pk, paper.pk),
        "case_step": (case.pk, "withdraw"),
        "case_list": ("identification", "application", world.village.pk),
        "change": (world.household.number, "death"),
        "case_to_open": (world.household.number, "exit"),
        "notice": notice.pk,
        "posted": notice.code,
        "objection": objection.pk,
        "handled_objection": objection.pk,
        "objection_paper": (objection.pk, objection.papers.get().pk),
    }


def _comparison(world: World) -> None:
    """A list that waits for its columns, a doubt that waits for its check, an authorisation; papers of both."""
    look = {"sheet": "", "heading_row": 1, "headings": ["身份证号"], "preview": [["3****X"]], "rows": 1}
    listing = ComparedList.objects.create(
        source="vehicle",
        authority="车辆管理所",
        list_date=DAY,
        division_code=world.village.pk,
        state="mapping",
        sheets=json.dumps([look]),
        file_name="名单.csv",
        actor=world.clerk,
    )
    doubt = Doubt.objects.create(
        member=world.member,
        source="vehicle",
        direction="listed",
        fact_date=DAY,
        listing=listing,
        detail=f"{world.mark}牌照",
        raised_on=DAY,
        due_on=DAY + timedelta(days=15),
    )
    step = DoubtStep.objects.create(doubt=doubt, kind="returned", actor=world.clerk, text=f"{world.mark}有车")
    authorisation = Authorisation.objects.create(
        household=world.household,
        signed_on=DAY,
        valid_until=date(2099, 1, 1),
        signed_by=f"{world.mark}大川",
        entered_by=world.worker,
    )
    for owner in (step, authorisation):
        upload = SimpleUploadedFile(f"{world.mark}签字.png", PICTURE)
        owner.papers.add(stored_papers.keep(ComparisonPaper, upload, world.clerk))
    world.keys |= {
        "compared_list": listing.pk,
        "doubt": doubt.pk,
        "doubt_paper": (doubt.pk, step.papers.get().pk),
        "authorisation": authorisation.pk,
        "authorisation_paper": (authorisation.pk, authorisation.papers.get().pk),
    }


def _make_run(version: StandardVersion, division: str, actor: User) -> Recalculation:
    job = Job.objects.create(kind="recalculation", title="重新核算", actor=actor, state="done")
    return Recalculation.objects.create(job=job, version=version, division_code=division, line=version.line)


def _make_simulation(world: World, shared: Shared) -> Simulation:
    """One that has ended, with a result, and no figures."""
    run = _make_run(shared.household_version, world.village.pk, world.clerk)
    Recalculation.objects.filter(pk=run.pk).update(is_simulation=True, changes={"line": "9500.00"}, checksum="0" * 16)
    SimulatedDetermination.objects.create(
        run=run,
        household=world.household,
        village=world.village,
        outcome="eligible",
        previous_outcome="not_eligible",
        headcount=3,
        net_income=Decimal("12000.50"),
        line=Decimal("9500.00"),
    )
    return Simulation.objects.create(run=run, name=f"{world.mark}试算")


def _decisions(world: World, shared: Shared) -> None:
    code, clerk = world.village.pk, world.clerk
    run = _make_run(shared.household_version, code, clerk)
    determination = Determination.objects.create(
        run=run,
        household=world.household,
        village=world.village,
        standard=shared.household_version.standard,
        outcome="not_eligible",
        previous_outcome="eligible",
        headcount=3,
        net_income=Decimal("12000.50"),
        line=run.line,
        reasons=1,
    )
    Determination.objects.create(
        run=run,
        household=world.other,
        village=world.village,
        standard=shared.household_version.standard,
        outcome="insufficient_data",
        headcount=1,
        line=run.line,
    )
    proposal = Proposal.objects.create(household=world.household, kind="exit", determination=determination, made_by=run)
    village_determination = VillageDetermination.objects.create(
        run=_make_run(shared.village_version, code, clerk),
        standard=shared.village_version.standard,
        village=world.village,
        outcome="weak",
        total=Decimal("900000.00"),
        line=Decimal("1500000.00"),
    )
    case = Case.objects.create(
        kind="carry_over",
        stage="completed",
        village=world.village,
        household=world.household,
        document=f"{world.mark}政发1号",
        decided_on=DAY,
        opened_by=clerk,
    )
    CaseEvent.objects.create(case=case, to_stage="completed", actor=clerk, reason=f"{world.mark}结转")
    _procedure(world)
    _alarm(world)
    job = Job.objects.create(kind="export", title=f"{world.mark}导出", actor=clerk, state="done")
    import_job = Job.objects.create(kind="import", title=f"{world.mark}导入", actor=clerk, state="done")
    fault = {"sheet": "户信息", "row": 2, "column": "户主姓名", "value": world.mark, "message": f"{world.mark}有误"}
    batch = ImportBatch.objects.create(
        job=import_job,
        actor=clerk,
        file_name=f"{world.mark}.xlsx",
        file_digest=uuid4().hex,
        state="refused",
        content=b64encode(Book().content()).decode(),
        faults=json.dumps([fault]),
        error_count=1,
    )
    simulation = _make_simulation(world, shared)
    world.keys |= {
        "simulation": simulation.pk,
        "simulations": (simulation.pk, simulation.pk),
        "run": run.pk,
        "determination": determination.pk,
        "proposal": proposal.pk,
        "village_determination": village_determination.pk,
        "household_in_run": (run.pk, world.household.number),
        "village_in_run": (village_determination.run_id, code),
        "case": case.pk,
        "job": job.pk,
        "import": batch.pk,
        "account": clerk.pk,
    }

"""The code tables of the register (reference §3): our codes, English msgids, Chinese labels from the catalogue.

Codes differ between local systems; the labels are what is stable, so imports take either.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy


def chinese_labels(choices: type[models.TextChoices]) -> dict[str, str]:
    """Code by Chinese label, whatever language is active: what the workbook is written in."""
    with override("zh-hans"):
        return {str(label): value for value, label in choices.choices}


def labels_of(choices: type[models.TextChoices], codes: list[str]) -> list[str]:
    """Labels of several codes; a code that is not known stays as it is."""
    labels = dict(choices.choices)
    return [str(labels.get(code, code)) for code in codes]


class HouseholdStatus(models.TextChoices):
    """Where a household stands; only ever changed by a case."""

    UNREGISTERED = "unregistered", _("Not identified")
    REGISTERED = "registered", _("On the register")
    EXITED_SUPPORTED = "exited_supported", _("Out of poverty, support continues")
    EXITED = "exited", _("Stably out of poverty")
    REMOVED = "removed", _("Removed")
    CLOSED = "closed", _("Household dissolved")

    @property
    def colour(self) -> str:
        return {"registered": "red", "exited_supported": "green", "exited": "green"}.get(self.value, "neutral")


class HouseholdAttribute(models.TextChoices):
    ORDINARY = "01", _("Ordinary low-income household")
    SUBSISTENCE = "02", _("Subsistence-allowance household")
    DESTITUTE = "03", _("Destitute-support household")
    EXPENDITURE = "04", _("Other (burdened by expenditure)")


class Cause(models.TextChoices):
    ILLNESS = "01", _("Illness")
    DISABILITY = "02", _("Disability")
    SCHOOLING = "03", _("Schooling costs")
    DISASTER = "04", _("Disaster")
    LAND = "05", _("Lack of land")
    WATER = "06", _("Lack of water")
    SKILLS = "07", _("Lack of skills")
    LABOUR = "08", _("Lack of labour")
    FUNDS = "09", _("Lack of funds")
    TRANSPORT = "10", _("Poor transport")
    MOTIVATION = "11", _("Lack of initiative")
    OTHER = "99", _("Other cause")


class Relationship(models.TextChoices):
    HEAD = "01", _("Head of household")
    SPOUSE = "02", _("Spouse")
    SON = "03", _("Son")
    DAUGHTER = "04", _("Daughter")
    DAUGHTER_IN_LAW = "05", _("Daughter-in-law")
    SON_IN_LAW = "06", _("Son-in-law")
    SONS_SON = "07", _("Son's son")
    SONS_DAUGHTER = "08", _("Son's daughter")
    DAUGHTERS_SON = "09", _("Daughter's son")
    DAUGHTERS_DAUGHTER = "10", _("Daughter's daughter")
    FATHER = "11", _("Father")
    MOTHER = "12", _("Mother")
    WIFES_FATHER = "13", _("Wife's father")
    WIFES_MOTHER = "14", _("Wife's mother")
    HUSBANDS_FATHER = "15", _("Husband's father")
    HUSBANDS_MOTHER = "16", _("Husband's mother")
    GRANDFATHER = "17", _("Father's father")
    GRANDMOTHER = "18", _("Father's mother")
    MATERNAL_GRANDFATHER = "19", _("Mother's father")
    MATERNAL_GRANDMOTHER = "20", _("Mother's mother")
    SIBLING = "21", _("Brother or sister")
    SIBLING_IN_LAW = "22", _("Brother's wife")
    NEPHEW = "23", _("Nephew")
    NIECE = "24", _("Niece")
    UNCLE = "25", _("Uncle")
    GREAT_GRANDSON = "26", _("Great-grandson")
    GREAT_GRANDDAUGHTER = "27", _("Great-granddaughter")
    OTHER = "99", _("Other relation")


class Sex(models.TextChoices):
    MALE = "1", _("Male")
    FEMALE = "2", _("Female")


class Education(models.TextChoices):
    ILLITERATE = "01", _("Illiterate or semi-literate")
    PRIMARY = "02", _("Primary school")
    JUNIOR = "03", _("Junior high school")
    SENIOR = "04", _("Senior high school")
    COLLEGE = "05", _("Junior college or above")
    PRESCHOOL = "06", _("Pre-school child")


class Schooling(models.TextChoices):
    NONE = "01", _("Not at school")
    PRESCHOOL = "02", _("Pre-school education")
    PRIMARY = "03", _("In primary school")
    GRADE_7 = "04", _("Grade 7")
    GRADE_8 = "05", _("Grade 8")
    GRADE_9 = "06", _("Grade 9")
    SENIOR_1 = "07", _("Senior high, year 1")
    SENIOR_2 = "08", _("Senior high, year 2")
    SENIOR_3 = "09", _("Senior high, year 3")
    VOCATIONAL_1 = "10", _("Vocational school, year 1")
    VOCATIONAL_2 = "11", _("Vocational school, year 2")
    VOCATIONAL_3 = "12", _("Vocational school, year 3")
    HIGHER_VOCATIONAL_1 = "13", _("Higher vocational, year 1")
    HIGHER_VOCATIONAL_2 = "14", _("Higher vocational, year 2")
    HIGHER_VOCATIONAL_3 = "15", _("Higher vocational, year 3")
    COLLEGE = "16", _("College or above")


class Health(models.TextChoices):
    """More than one may apply, but 'healthy' stands alone."""

    HEALTHY = "01", _("Healthy")
    CHRONIC = "02", _("Chronic illness")
    SERIOUS = "03", _("Serious illness")
    DISABLED = "04", _("Disabled")


class LabourCapacity(models.TextChoices):
    ORDINARY = "01", _("Ordinary labour")
    SKILLED = "02", _("Skilled labour")
    LOST = "03", _("Labour capacity lost")
    NONE = "04", _("No labour capacity")
    WEAK = "05", _("Weak or half labour")


class LabourClass(models.TextChoices):
    """What a household can live by (reference §1): the best labour capacity among its members, the best first."""

    FULL = "1", _("Full labour capacity")
    PARTIAL = "2", _("Comparable labour capacity")
    NONE = "3", _("Labour capacity largely lost, or none")


CLASS_OF_CAPACITY = {
    LabourCapacity.ORDINARY: LabourClass.FULL,
    LabourCapacity.SKILLED: LabourClass.FULL,
    LabourCapacity.WEAK: LabourClass.PARTIAL,
    LabourCapacity.LOST: LabourClass.NONE,
    LabourCapacity.NONE: LabourClass.NONE,
}


class Employment(models.TextChoices):
    TOWNSHIP = "01", _("Works within the township")
    COUNTY = "02", _("Works in another township of the county")
    PROVINCE = "03", _("Works in another county of the province")
    ELSEWHERE = "04", _("Works outside the province")
    OTHER = "05", _("Other work")


class LeaveReason(models.TextChoices):
    DEATH = "01", _("Death")
    MARRIED_OUT = "02", _("Married out")
    EMIGRATED = "03", _("Settled abroad")
    PRISON = "04", _("In prison")
    MOVED_OUT = "05", _("Household registration moved out")
    SPLIT = "06", _("Household split")
    SERVICE = "07", _("Military service")
    MISSING = "08", _("Missing")
    SCHOOL = "09", _("Registration moved to a school")
    MERGED = "10", _("Merged into another household")
    OTHER = "99", _("Other departure")


class FactKind(models.TextChoices):
    """Kinds of dated facts (情况核查). Which of them count, and how, is said by a standard's criteria."""

    VEHICLE = "vehicle", _("Motor vehicle")
    HOUSING = "housing", _("Commercial housing")
    BUSINESS = "business", _("Business registration")
    PAYROLL = "payroll", _("Public payroll")
    SUBSISTENCE = "subsistence", _("Subsistence allowance")
    DESTITUTE = "destitute", _("Destitute support")
    PAYROLL_KIN = "payroll_kin", _("Parent, spouse or child of the head on the public payroll")
    VILLAGE_POST = "village_post", _("Post in one of the village's three committees")
    TOWN_BUILDING = "town_building", _("House or shop in town, built or bought")
    MACHINERY = "machinery", _("Large farm machinery")
    SAVINGS = "savings", _("Deposits or securities")
    OPERATING_COMPANY = "operating_company", _("Registered company that really operates")
    LARGE_FARMER = "large_farmer", _("Large grower or breeder")
    EMPLOYER = "employer", _("Hires workers")
    SOCIAL_INSURANCE = "social_insurance", _("Social insurance of employees")
    SPLIT_TO_BENEFIT = "split_to_benefit", _("Household split or merged to get benefits")
    EMPTY_REGISTRATION = "empty_registration", _("Empty registration")
    DECEASED = "deceased", _("Household of the dead")
    DISABLED = "disabled", _("Disabled person with a certificate")
    SERIOUS_ILLNESS = "serious_illness", _("Serious illness")
    UNSAFE_HOUSING = "unsafe_housing", _("Dangerous house (grade C or D)")
    DISASTER = "disaster", _("Struck by a disaster")
    MARTYR_FAMILY = "martyr_family", _("Family of a martyr or soldier")
    ONLY_CHILD_FAMILY = "only_child_family", _("Family with an only child")
    TWO_DAUGHTERS_FAMILY = "two_daughters_family", _("Family with two daughters and no son")


# What the amount of a fact is, in yuan, for the kinds that have one: a standard may ask for more than a threshold.
AMOUNT_OF_FACT = {
    FactKind.VEHICLE: _("purchase price"),
    FactKind.HOUSING: _("purchase price"),
    FactKind.TOWN_BUILDING: _("purchase price"),
    FactKind.MACHINERY: _("purchase price"),
    FactKind.SAVINGS: _("balance"),
    FactKind.BUSINESS: _("registered capital"),
    FactKind.OPERATING_COMPANY: _("registered capital"),
    FactKind.LARGE_FARMER: _("yearly output"),
}


class Verification(models.TextChoices):
    TRUE = "true", _("Verified as true")
    FALSE = "false", _("Found untrue")
    PENDING = "pending", _("To be verified")
    EXPLAINED = "explained", _("Explained")

    @property
    def colour(self) -> str:
        return {"true": "red", "pending": "amber"}.get(self.value, "neutral")


class HouseStructure(models.TextChoices):
    CONCRETE = "01", _("Reinforced concrete")
    BRICK_CONCRETE = "02", _("Brick and concrete")
    BRICK_WOOD = "03", _("Brick and wood")
    STONE = "04", _("Stone")
    EARTH = "05", _("Bamboo, grass or earth")
    OTHER = "99", _("Other structure")


class HouseSafety(models.TextChoices):
    SAFE = "01", _("Safe")
    GRADE_C = "02", _("Dangerous, grade C")
    GRADE_D = "03", _("Dangerous, grade D")


class RoadKind(models.TextChoices):
    EARTH = "01", _("Earth road")
    GRAVEL = "02", _("Gravel road")
    CONCRETE = "03", _("Concrete road")
    ASPHALT = "04", _("Asphalt road")


class Fuel(models.TextChoices):
    WOOD = "01", _("Firewood")
    COAL = "03", _("Coal")
    CLEAN = "04", _("Clean energy")
    OTHER = "05", _("Other fuel")


class WaterSource(models.TextChoices):
    TAP = "01", _("Purified tap water")
    PROTECTED_WELL = "02", _("Protected well or spring")
    UNPROTECTED = "03", _("Unprotected well or spring")
    RIVER = "04", _("River or lake")
    RAIN = "05", _("Collected rain")
    BOTTLED = "06", _("Bottled water")
    OTHER = "99", _("Other water source")


class Ethnicity(models.TextChoices):
    """GB/T 3304, the groups met in the district; the code table is longer and may be extended."""

    HAN = "01", _("Han")
    MONGOL = "02", _("Mongol")
    HUI = "03", _("Hui")
    TIBETAN = "04", _("Tibetan")
    UYGHUR = "05", _("Uyghur")
    MIAO = "06", _("Miao")
    YI = "07", _("Yi")
    ZHUANG = "08", _("Zhuang")
    BUYI = "09", _("Buyi")
    KOREAN = "10", _("Korean")
    MANCHU = "11", _("Manchu")
    DONG = "12", _("Dong")
    YAO = "13", _("Yao")
    BAI = "14", _("Bai")
    TUJIA = "15", _("Tujia")
    OTHER = "97", _("Other ethnic group")


class ImportState(models.TextChoices):
    CHECKING = "checking", _("Being checked")
    REFUSED = "refused", _("Has errors")
    READY = "ready", _("Ready to be applied")
    APPLYING = "applying", _("Being applied")
    APPLIED = "applied", _("Applied")
    DISCARDED = "discarded", _("Discarded")

    @property
    def colour(self) -> str:
        colours = {"checking": "blue", "refused": "red", "ready": "amber", "applying": "blue", "applied": "green"}
        return colours.get(self.value, "neutral")


class Severity(models.TextChoices):
    """An error keeps an entry from being saved, a doubt asks for an explanation, a hint is only shown."""

    ERROR = "error", pgettext_lazy("severity of a finding", "Error")
    DOUBT = "doubt", pgettext_lazy("severity of a finding", "Doubt")
    HINT = "hint", pgettext_lazy("severity of a finding", "Hint")

    @property
    def colour(self) -> str:
        return {"error": "red", "doubt": "amber"}.get(self.value, "blue")

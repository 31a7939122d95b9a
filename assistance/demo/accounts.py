"""Demo accounts: one a role, and a second person of the district who approves what the first proposes."""

from dataclasses import dataclass

from accounts.choices import Role
from accounts.models import User
from villages.choices import Level
from villages.models import Division

PASSWORD = "fupin-demo-2016"
DISTRICT = "320412"
TOWNSHIP = "320412113"
VILLAGE = "320412113206"


@dataclass(frozen=True)
class DemoAccount:
    username: str
    name: str
    role: Role
    jurisdiction: str
    what: str


ACCOUNTS = (
    DemoAccount("village", "周建芬", Role.VILLAGE, VILLAGE, "村级工作人员"),
    DemoAccount("township", "蒋国平", Role.TOWNSHIP, TOWNSHIP, "镇级工作人员"),
    DemoAccount("township2", "许文娟", Role.TOWNSHIP, TOWNSHIP, "镇级工作人员(审核)"),
    DemoAccount("district", "陆敏", Role.DISTRICT, DISTRICT, "区级工作人员"),
    DemoAccount("district2", "沈志强", Role.DISTRICT, DISTRICT, "区级工作人员(复核)"),
    DemoAccount("cadre", "徐海波", Role.CADRE, "", "帮扶干部"),
    DemoAccount("contact", "钱丽华", Role.CONTACT, "", "部门联络员"),
    DemoAccount("auditor", "顾静", Role.AUDITOR, DISTRICT, "审计人员"),
    DemoAccount("admin", "系统管理员", Role.ADMINISTRATOR, DISTRICT, "系统管理员"),
)


def make_accounts() -> dict[str, User]:
    """The demo's accounts by username; those that exist keep their password."""
    users = {}
    for account in ACCOUNTS:
        user = User.objects.filter(username=account.username).first()
        if user is None:
            user = User(
                username=account.username,
                name=account.name,
                role=account.role,
                jurisdiction=account.jurisdiction,
                is_staff=account.role == Role.ADMINISTRATOR,
            )
            user.set_password(PASSWORD)
            user.save()
        users[account.username] = user
    return users


def make_auditors(users: dict[str, User]) -> dict[str, User]:
    """By township, a member of its staff who audits villages' accounts; but for the demo's own, nobody signs in."""
    auditors = {TOWNSHIP: users["township"]}
    for township in Division.objects.filter(level=Level.TOWNSHIP).exclude(pk=TOWNSHIP).order_by("pk"):
        user, is_new = User.objects.get_or_create(
            username=f"audit-{township.pk}",
            defaults={"name": f"{township.name}审核员", "role": Role.TOWNSHIP, "jurisdiction": township.pk},
        )
        if is_new:
            user.set_unusable_password()
            user.save()
        auditors[township.pk] = user
    return auditors

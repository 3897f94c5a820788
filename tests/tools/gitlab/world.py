"""What a pretend GitLab holds: people, projects, their files and issues, and who may see which."""

import hashlib
from dataclasses import dataclass, field
from typing import Literal

Visibility = Literal["public", "internal", "private"]
WHEN = "2026-05-04T10:20:30.000Z"


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Note:
    author: Person
    body: str
    system: bool = False
    id: int | None = None
    created_at: str = WHEN


@dataclass(frozen=True, slots=True)
class Issue:
    iid: int
    title: str
    author: Person
    description: str | None = None
    state: str = "opened"
    labels: tuple[str, ...] = ()
    assignees: tuple[Person, ...] = ()
    notes: tuple[Note, ...] = ()
    confidential: bool = False
    created_at: str = WHEN


@dataclass(frozen=True, slots=True)
class Commit:
    message: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergeRequest:
    iid: int
    author: Person
    title: str
    description: str | None
    source_branch: str
    target_branch: str
    sha: str
    state: str = "opened"
    notes: tuple[Note, ...] = ()
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """`log` is as a runner wrote it."""

    id: int
    name: str
    log: bytes
    stage: str = "test"
    status: str = "failed"


@dataclass(frozen=True, slots=True)
class Pipeline:
    id: int
    sha: str
    jobs: tuple[Job, ...]


@dataclass(slots=True)
class Project:
    """`branches` are files by path; `members` are user names, `shared_with` groups beside its own."""

    id: int
    path: str
    visibility: Visibility = "private"
    members: frozenset[str] = frozenset()
    description: str | None = None
    branches: dict[str, dict[str, bytes]] = field(default_factory=dict[str, dict[str, bytes]])
    default_branch: str = "main"
    issues: list[Issue] = field(default_factory=list[Issue])
    former_paths: frozenset[str] = frozenset()
    shared_with: frozenset[str] = frozenset()
    labels: set[str] = field(default_factory=lambda: {"bug", "login"})
    commits: dict[str, Commit] = field(default_factory=dict[str, Commit])
    requests: list[MergeRequest] = field(default_factory=list[MergeRequest])
    pipelines: list[Pipeline] = field(default_factory=list[Pipeline])

    def is_open_to(self, username: str | None) -> bool:
        if self.visibility == "public" or username in self.members:
            return True
        return self.visibility == "internal" and username is not None

    def files(self, ref: str) -> dict[str, bytes] | None:
        """Those of a branch, of `HEAD`, or of a commit by its whole id."""
        name = self.default_branch if ref == "HEAD" else ref
        by_commit = {commit_id(files): files for files in self.branches.values()}
        return self.branches.get(name, by_commit.get(ref))


def blob_id(content: bytes) -> str:
    """As git makes it."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def commit_id(files: dict[str, bytes]) -> str:
    listing = "".join(f"{path} {blob_id(content)}\n" for path, content in sorted(files.items()))
    return hashlib.sha1(listing.encode()).hexdigest()


ADA = Person(1, "ada", "Ada Lovelace")
BOB = Person(2, "bob", "Bob Stone")

TOKEN_IN_FILE = "glpat-Zx81kQpWvT4mNs7RbYe2"
KEY_IN_ISSUE = "AKIAQ4J7XN2M5TRWP3ZK"
README = b"# Shop\n\nAsk Anna Schmidt <anna.schmidt@acme.example> before you change prices.\n"
DEPLOY = f'export GITLAB_TOKEN="{TOKEN_IN_FILE}"\n./deploy.sh --now\n'.encode()
LOGO = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))


def world() -> list[Project]:
    """Ada is in both of acme's private projects, Bob in one; `rival` is another's and Ada may see it too."""
    both, ada = frozenset({"ada", "bob"}), frozenset({"ada"})
    issues = [
        Issue(
            iid=number,
            title=f"Basket {number} is slow",
            author=BOB,
            state="closed" if number % 5 == 0 else "opened",
            labels=("bug",) if number % 2 else (),
        )
        for number in range(1, 30)
    ]
    issues.append(
        Issue(
            iid=30,
            title="Login fails for Peter Parker",
            author=BOB,
            description=f"Write to peter.parker@acme.example.\nThe key is {KEY_IN_ISSUE}.",
            labels=("bug", "login"),
            assignees=(ADA,),
            notes=tuple(
                Note(ADA if number % 2 else BOB, f"Comment {number}", system=number == 3)
                for number in range(1, 13)
            ),
        )
    )
    main = {
        "README.md": README,
        "logo.png": LOGO,
        "scripts/deploy.sh": DEPLOY,
        "src/basket.py": b"def total(basket):\n    return sum(line.price for line in basket)\n",
        "src/shop café #1?.py": b"print('open')\n",
        "big.txt": b"0123456789abcde\n" * 8000,
    }
    shop = Project(
        10,
        "acme/shop",
        members=both,
        description="The shop",
        branches={"main": main, "feature/prices": {**main, "src/prices.py": b"PRICES = {}\n"}},
        issues=issues,
        former_paths=frozenset({"acme/old-shop"}),
    )
    payroll = Project(
        11,
        "acme/people/payroll",
        members=ada,
        branches={"main": {"README.md": b"Payroll\n"}},
        issues=[Issue(1, "Raise", ADA, confidential=True)],
    )
    site = Project(12, "acme/site", "public", branches={"main": {"index.html": b"<p>Hello</p>\n"}})
    rival = Project(
        13,
        "rival/plans",
        members=ada,
        branches={"main": {"README.md": b"SENTINEL-RIVAL\n"}},
        issues=[Issue(1, "SENTINEL-RIVAL", ADA)],
        shared_with=frozenset({"acme"}),
    )
    return [shop, payroll, site, rival]


LOG = (
    "\x1b[0KRunning with gitlab-runner 18.5.0\x1b[0;m\n"
    "section_start:1780000000:script[collapsed=true]\r\x1b[0K\x1b[32;1m$ ./deploy.sh\x1b[0;m\n"
    f"using {TOKEN_IN_FILE[:9]}\x1b[0;33m{TOKEN_IN_FILE[9:]}\x1b[0m\n"
    "10%\r100%\n"
    "section_end:1780000001:script\r\x1b[0KJob failed: exit code 1\n"
).encode()


def propose(project: Project, files: dict[str, bytes]) -> MergeRequest:
    """Bob asks for files to be changed, and it is talked about."""
    branch = project.branches["feature/prices"] = {**project.branches["main"], **files}
    made = MergeRequest(
        1,
        BOB,
        "Deploy by a script of Peter Parker",
        f"Ask peter.parker@acme.example.\nThe key is {KEY_IN_ISSUE}.",
        "feature/prices",
        "main",
        commit_id(branch),
        notes=(Note(ADA, f"Not {KEY_IN_ISSUE}, please"), Note(BOB, "changed this line", system=True)),
    )
    project.requests.append(made)
    return made


def run(project: Project, *logs: bytes) -> Pipeline:
    """A pipeline for what stands in the default branch, with a job for each log."""
    sha, number = commit_id(project.branches["main"]), 500 + 10 * len(project.pipelines)
    jobs = tuple(Job(number + each, f"test {each}", log) for each, log in enumerate(logs, 1))
    project.pipelines.append(Pipeline(number, sha, jobs))
    return project.pipelines[-1]

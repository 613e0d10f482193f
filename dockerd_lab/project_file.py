"""Reads a project's dockerd-lab.yaml: its configurations, its engines and its policy."""

import shlex
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from dockerd_lab.engines import Engine, EngineName
from dockerd_lab.levels import LEVELS, Level
from dockerd_lab.project import PROJECT_FILE, Project
from dockerd_lab.yamlfile import YamlModel, load

#: The weakest level that nobody has by default, and whose permission needs a reason.
_FIRST_FORBIDDEN = LEVELS.index("read-only")


def _check_relative(path: str) -> str:
    """Return a path in the project; raises ValueError if it leads out of it."""
    if PurePosixPath(path).is_absolute() or ".." in path.split("/"):
        raise ValueError(f"{path!r} leads out of the project: give it from {PROJECT_FILE} on")
    return path


ProjectPath = Annotated[str, Field(min_length=1), AfterValidator(_check_relative)]
Words = Annotated[
    list[str],
    BeforeValidator(lambda text: shlex.split(text) if isinstance(text, str) else text),
    Field(min_length=1),
]
Reason = Annotated[str, Field(pattern=r"\S")]


class Permission(YamlModel):
    """The most that somebody may get."""

    level: Level
    reason: Reason | None = None

    @model_validator(mode="after")
    def _has_reason(self) -> "Permission":
        if LEVELS.index(self.level) >= _FIRST_FORBIDDEN and self.reason is None:
            raise ValueError(f"reason is missing, and {self.level} is more than nothing")
        return self


class Policy(YamlModel):
    """Who may get how much; nobody who is not named gets more than a refusal."""

    outsider: Permission | None = None
    local_user: Permission | None = Field(None, alias="local-user")
    container: Permission | None = None

    def over(self, other: "Policy") -> "Policy":
        """Return this policy, with another one for whom it does not name."""
        return Policy.model_validate(_named(other) | _named(self))

    def permissions(self) -> dict[str, Permission]:
        """Return the permissions by who has them, in the words of a case."""
        return _named(self)


def _named(policy: Policy) -> dict[str, Permission]:
    everyone = {
        "outsider": policy.outsider,
        "local-user": policy.local_user,
        "container": policy.container,
    }
    return {who: permission for who, permission in everyone.items() if permission is not None}


class IgnoredRule(YamlModel):
    """A rule of `lint` whose findings are not reported."""

    rule: str
    reason: Reason


class Configuration(YamlModel):
    """One or, by a glob, several configurations of the project."""

    path: ProjectPath | None = Field(None, description="a directory or file, or a glob of them")
    files: list[ProjectPath] | None = Field(
        None, min_length=1, description="files and directories that are one configuration together"
    )
    render: Words | None = Field(
        None, description="a command that writes the configuration into $DOCKERD_LAB_OUTPUT"
    )
    render_seconds: int = Field(120, alias="render-seconds", ge=1, le=3600)
    name: str | None = Field(None, pattern=r"^[A-Za-z0-9][\w./-]*$")
    run_on: list[str] | None = Field(None, alias="run-on", min_length=1)
    unit: str | None = None
    allow_insecure: Reason | None = Field(None, alias="allow-insecure")
    allow_incomplete: Reason | None = Field(None, alias="allow-incomplete")
    policy: Policy = Field(default_factory=lambda: Policy.model_validate({}))
    lint_ignore: list[IgnoredRule] = Field(default_factory=list, alias="lint-ignore")

    @model_validator(mode="before")
    @classmethod
    def _from_path(cls, data: Any) -> Any:
        return {"path": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _has_source(self) -> "Configuration":
        if [self.path, self.files, self.render].count(None) != 2:  # noqa: PLR2004
            raise ValueError("give one of path, files and render: where the configuration is from")
        if self.path is None and self.name is None:
            raise ValueError("name is missing: there is no single path to call it by")
        return self


class ProjectFile(YamlModel):
    """What dockerd-lab.yaml declares."""

    configurations: list[Configuration] = Field(default_factory=list)
    engines: dict[EngineName, Engine] = Field(
        default_factory=dict, description="engines of the project's own, beside the shipped ones"
    )
    run_on: list[str] = Field(
        default_factory=list, alias="run-on", description="engines that the configurations run on"
    )
    unit: str | None = Field(None, description="whose docker.service: a shipped or an own unit")
    known_errors: list[ProjectPath] = Field(
        default_factory=list,
        alias="known-errors",
        description="files, or globs of them, with known errors of the project's own",
    )
    units: list[ProjectPath] = Field(
        default_factory=list,
        description="directories, or globs of them, with a docker.service of the project's own",
    )
    policy: Policy = Field(default_factory=lambda: Policy.model_validate({}))
    lint_ignore: list[IgnoredRule] = Field(
        default_factory=list,
        alias="lint-ignore",
        description="rules of lint that are not reported, in any configuration",
    )


def project_file(project: Project) -> Path:
    """Return where a project's dockerd-lab.yaml is, or would be."""
    return project.root / PROJECT_FILE


def load_project_file(project: Project) -> ProjectFile:
    """Return what a project's dockerd-lab.yaml declares; nothing if there is none.

    Raises BadInput with file and line where it is wrong.
    """
    file = project_file(project)
    return read_project_file(file) if file.is_file() else ProjectFile.model_validate({})


def read_project_file(file: Path) -> ProjectFile:
    """Return what a dockerd-lab.yaml declares; raises BadInput with file and line."""
    return load(file, ProjectFile)

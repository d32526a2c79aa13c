"""The JSON of requests and responses. Names are in camel case there."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel


def _trimmed(title: str) -> str:
    trimmed = title.strip()
    if not trimmed:
        raise ValueError("must have 1 to 200 characters")
    return trimmed


# Measured as it was sent, as the schema says, and then trimmed.
Title = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_trimmed)]
Notes = Annotated[str, StringConstraints(max_length=2000)]


class Body(BaseModel):
    """A body without other fields: an ``ownerId`` in it is an error, not ignored. 1 is not ``true``."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewTask(Body):
    title: Title
    notes: Notes | None = None


class TaskReplacement(NewTask):
    """A missing field gets its default, not its previous value."""

    completed: bool = False


class Completion(Body):
    completed: bool = Field(default=True, description="false: reopens the task.")


class Task(BaseModel):
    """A task as clients see it, without its owner, who is in the path."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    id: str
    title: str
    notes: str | None
    completed: bool
    created_at: str = Field(description="RFC 3339, in UTC, to the microsecond.")
    updated_at: str


class TaskPage(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    tasks: list[Task]
    next_cursor: str | None = Field(description="The `cursor` of the next page. Null: there is none.")


class Status(str, Enum):
    ALL = "all"
    OPEN = "open"
    DONE = "done"

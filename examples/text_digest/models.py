"""Tables of text_digest. After a change: `python -m app.migrate text_digest "what changed"`."""

from ai_module_runtime import JobRow, ResultRow, job_indexes
from sqlmodel import Field


class TextDigestJob(JobRow, table=True):
    """A job; its columns come from `JobRow`."""

    __tablename__ = "text_digest_jobs"
    __table_args__ = job_indexes("text_digest_jobs")


class TextDigestResult(ResultRow, table=True):
    """The result of a completed job; deleted with it."""

    __tablename__ = "text_digest_results"

    job_id: str = Field(
        foreign_key="text_digest_jobs.id",
        ondelete="CASCADE",
        unique=True,
        max_length=36,
    )

"""Reading and inserting jobs; moves between states are in `transitions`."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from ai_module_runtime.db.database import Database
from ai_module_runtime.jobs.errors import TooManyJobsError
from ai_module_runtime.jobs.models import JobRow, ResultRow
from ai_module_runtime.jobs.states import ACTIVE, JobStatus


@dataclass(frozen=True)
class JobPage:
    """Some of a user's jobs; `total` counts all that match."""

    jobs: list[JobRow]
    total: int
    skip: int
    limit: int

    @property
    def has_more(self) -> bool:
        """Whether there are jobs after this page."""
        return self.skip + len(self.jobs) < self.total


class JobStore:
    """The jobs and results of one module."""

    def __init__(self, database: Database, job_model: type[JobRow], result_model: type[ResultRow]) -> None:
        self.database = database
        self.job_model = job_model
        self.result_model = result_model

    async def insert(self, job: JobRow, max_active: int) -> bool:
        """Store a new job; False when a job with its id exists already.

        Raises:
            TooManyJobsError: the user has `max_active` active jobs.
        """
        model = self.job_model
        active = select(func.count()).where(model.user_id == job.user_id, col(model.status).in_(ACTIVE))
        try:
            async with self.database.session() as session:
                # Two requests at once must not both see room for one more job.
                await self.database.lock_until_commit(
                    await session.connection(), f"{model.__tablename__}:{job.user_id}"
                )
                if await session.get(model, job.id) is not None:
                    return False
                if (await session.exec(active)).one() >= max_active:
                    raise TooManyJobsError
                session.add(job)
        except IntegrityError:
            return False
        return True

    async def get(self, job_id: str) -> JobRow | None:
        """The job with this id."""
        async with self.database.session() as session:
            return await session.get(self.job_model, job_id)

    async def result_of(self, job_id: str) -> ResultRow | None:
        """The result of a job."""
        query = select(self.result_model).where(self.result_model.job_id == job_id)
        async with self.database.session() as session:
            return (await session.exec(query)).first()

    async def page(self, user_id: str, skip: int, limit: int, status: JobStatus | None) -> JobPage:
        """A page of a user's jobs, newest first."""
        model = self.job_model
        conditions = [model.user_id == user_id]
        if status is not None:
            conditions.append(model.status == status)
        newest_first = (col(model.created_at).desc(), col(model.id).desc())
        jobs = select(model).where(*conditions).order_by(*newest_first).offset(skip).limit(limit)
        total = select(func.count()).select_from(model).where(*conditions)
        async with self.database.snapshot() as session:
            found = list(await session.exec(jobs))
            return JobPage(found, (await session.exec(total)).one(), skip, limit)

    async def counts(self) -> tuple[dict[str, int], float]:
        """How many jobs are in each state, and the average duration of the completed ones in milliseconds."""
        model = self.job_model
        by_status = select(model.status, func.count()).group_by(model.status)
        average = select(func.avg(model.duration_ms)).where(model.status == JobStatus.COMPLETED)
        async with self.database.snapshot() as session:
            counts = dict((await session.exec(by_status)).all())
            return counts, float((await session.exec(average)).one() or 0)

"""A library of books: each rendered, several at once where asked, with a ledger that survives anything."""

from novelcast.batch.jobs import BookJob, jobs_of
from novelcast.batch.ledger import Ledger, Row, State
from novelcast.batch.run import run_batch
from novelcast.batch.space import check_space

__all__ = ["BookJob", "Ledger", "Row", "State", "check_space", "jobs_of", "run_batch"]

"""A sample configuration of a team, beside this module; a user and a job that it decides something for."""

from __future__ import annotations

from pathlib import Path

from launcher_k8s.job import Job, JobOptions

DIRECTORY = str(Path(__file__).parent)
USER = "jane"
GROUPS = ("analysts",)
RESOURCE_PROFILE = "model-fit"

_FIT = """\
echo "fitting $MODEL in pod $HOSTNAME, as user id $(id -u)"
for round in 1 2 3; do
  sleep 0.3
  echo "round $round of 3"
done
echo "fitted"
"""


def make_job(options: JobOptions) -> Job:
    """The job: a second's work that needs nothing but a shell.

    Args:
        options: What else it shall be, or instead.
    """
    usual: JobOptions = {"name": "Model fit", "env": {"MODEL": "mpg ~ wt"}}
    return Job.shell(_FIT, **(usual | options))

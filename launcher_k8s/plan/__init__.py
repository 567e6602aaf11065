"""What becomes of a job: the Kubernetes objects it is, and every decision on the way. No I/O."""

from launcher_k8s.plan.job_plan import JobPlan
from launcher_k8s.plan.pipeline import plan_job

__all__ = ["JobPlan", "plan_job"]

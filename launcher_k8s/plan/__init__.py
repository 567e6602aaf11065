"""What becomes of a job: the Kubernetes objects it is, and every decision on the way. No I/O."""

from launcher_k8s.plan.job_plan import JobPlan, encode_owned
from launcher_k8s.plan.pipeline import plan_job, plan_under
from launcher_k8s.plan.services import plan_service
from launcher_k8s.plan.terms import Terms

__all__ = ["JobPlan", "Terms", "encode_owned", "plan_job", "plan_service", "plan_under"]

"""From ``job-json-overrides`` to templates that give the same objects, and the proof that they do.

The vendor deprecates overrides in favour of templates. Here they become a ``job.tpl`` that renders the job
template it was given, sets the same values at the same pointers for the same users, and prints the result
(domain, sections 3 and 4). Pure: what templates reach is passed in.
"""

from launcher_k8s.conversion.choices import Choice, choices_of
from launcher_k8s.conversion.proof import Difference, Person, people_of, prove
from launcher_k8s.conversion.rendering import SetRenderer, sample_jobs
from launcher_k8s.conversion.writing import Conversion, convert

__all__ = [
    "Choice",
    "Conversion",
    "Difference",
    "Person",
    "SetRenderer",
    "choices_of",
    "convert",
    "people_of",
    "prove",
    "sample_jobs",
]

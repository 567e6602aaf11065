"""What is wrong with a job, in words: from its status, its rows, its Events and its node.

Pure: what the cluster says is passed in.
"""

from launcher_k8s.diagnosis.judging import RULES, Scene, diagnose
from launcher_k8s.diagnosis.troubles import Trouble, present_trouble, present_warnings

__all__ = ["RULES", "Scene", "Trouble", "diagnose", "present_trouble", "present_warnings"]

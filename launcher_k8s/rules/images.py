"""The image a job runs in: its own, else the user's default; unknown ones only where they are allowed.

Source: the Kubernetes plugin guide, ``container-images``, ``default-container-image`` and
``allow-unknown-images`` (domain, section 2, "Image").
"""

from __future__ import annotations

import re

from launcher_k8s.decisions import DecisionKind, Trail
from launcher_k8s.job import Job
from launcher_k8s.origin import JOB, Origin
from launcher_k8s.settings import UserProfile
from launcher_k8s.wording import did_you_mean, enumerate_words, quote

SUBJECT = "image"
_UNPRINTED = re.compile(r"[\s\x00-\x1f\x7f]")


def choose_image(job: Job, profile: UserProfile, *, user: str, trail: Trail) -> str:
    """The image of a job; empty where it is refused for having none.

    Args:
        job: The job.
        profile: The user's effective profile.
        user: The user's name, for messages.
        trail: Told of the choice, or of the refusal.
    """
    stated, default = job.container.image, profile.default_container_image
    image, origin, how = stated, JOB, DecisionKind.STATED
    if not stated:
        image, origin, how = default.value, default.origin, DecisionKind.DEFAULTED
    if not image:
        _refuse_absent(profile, user, trail)
        return ""
    if _UNPRINTED.search(image):
        message = f"the image {quote(image)} of user {quote(user)} holds blanks or control characters"
        trail.refuse(SUBJECT, message, value=image, origin=origin, hint="write name:tag")
    elif not profile.allow_unknown_images.value and image not in profile.container_images.value:
        _refuse_unknown(image, origin, profile, user, trail)
    trail.decide(SUBJECT, image, how, origin)
    return image


def _refuse_absent(profile: UserProfile, user: str, trail: Trail) -> None:
    origin = profile.default_container_image.origin
    message = (
        f"the job of user {quote(user)} names no image, and default-container-image is not set ({origin})"
    )
    images = profile.container_images.value
    hint = f"name one, such as {images[0]}" if images else "name one"
    trail.refuse(SUBJECT, message, origin=origin, hint=hint)


def _refuse_unknown(image: str, stated: Origin, profile: UserProfile, user: str, trail: Trail) -> None:
    images, rule = profile.container_images, profile.allow_unknown_images
    allowed, listed = ", ".join(images.value) or "none", enumerate_words(images.value) or "none"
    message = (
        f"user {quote(user)} may not use the image {quote(image)} ({stated}): allow-unknown-images is 0 "
        f"({rule.origin}), and container-images allows {listed} ({images.origin})"
    )
    hint = did_you_mean(image, images.value) or "name an allowed one"
    trail.refuse(SUBJECT, message, value=image, limit=allowed, origin=images.origin, hint=hint)

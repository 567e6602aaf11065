"""What a container waits for while its image is not there; compared with a kubelet 1.36."""

from __future__ import annotations

from launcher_k8s.testing.cluster.container_states import Container
from launcher_k8s.testing.local.images import Images
from launcher_k8s.testing.local.pulling import pull


class Events:
    """What was recorded."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.messages: list[str] = []

    def __call__(self, reason: str, message: str, *, container: str = "", warning: bool = False) -> None:
        self.reasons.append(reason)
        self.messages.append(message)


def _container(image: str, policy: str = "IfNotPresent") -> Container:
    return Container({"name": "main", "image": image, "imagePullPolicy": policy})


def test_an_image_that_is_there_is_taken() -> None:
    container, events = _container("x"), Events()
    assert pull(container, Images(), events)
    assert events.messages == [
        'Container image "x" already present on machine and can be accessed by the pod'
    ]
    assert container.image_id.startswith("sha256:")


def test_a_missing_image_is_pulled_and_then_waited_for() -> None:
    images, container, events = Images(), _container("x", "Always"), Events()
    images.missing("x")
    assert not pull(container, images, events)
    assert container.waiting is not None
    assert container.waiting[0] == "ErrImagePull"
    assert not pull(container, images, events)
    assert container.waiting[0] == "ImagePullBackOff"
    assert container.waiting[1].startswith('Back-off pulling image "x": ErrImagePull: failed to pull')
    assert events.reasons == ["Pulling", "Failed", "Failed", "BackOff", "Failed"]
    images.present("x")
    assert pull(container, images, events)


def test_an_image_that_may_not_be_pulled_is_never_there() -> None:
    images, container, events = Images(), _container("x", "Never"), Events()
    images.missing("x")
    assert not pull(container, images, events)
    told = 'Container image "x" is not present with pull policy of Never'
    assert container.waiting == ("ErrImageNeverPull", told)


def test_a_name_that_is_none_is_told() -> None:
    container, events = _container("Bad//NAME"), Events()
    assert not pull(container, Images(), events)
    assert container.waiting is not None
    assert container.waiting[0] == "InvalidImageName"
    assert events.reasons == ["InspectFailed", "Failed"]

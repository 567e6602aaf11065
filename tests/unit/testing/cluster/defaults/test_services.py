from __future__ import annotations

from launcher_k8s.testing.cluster import admit, kinds
from tests.unit.testing.cluster import objects
from tests.unit.testing.cluster.objects import stored


def test_a_service_gets_an_address_and_keeps_it() -> None:
    made = stored(kinds.SERVICE, objects.service())
    assert made["spec"]["clusterIP"].startswith("10.")
    assert made["spec"]["clusterIPs"] == [made["spec"]["clusterIP"]]
    again = admit.prepare(kinds.SERVICE, {**made, "spec": {"ports": [{"port": 81}]}}, made)
    assert again["spec"]["clusterIP"] == made["spec"]["clusterIP"]


def test_a_service_on_nodes_gets_ports_of_their_range() -> None:
    ports = [{"name": "a", "port": 1}, {"name": "b", "port": 2}]
    made = stored(kinds.SERVICE, objects.service(type="NodePort", ports=ports))
    numbers = [port["nodePort"] for port in made["spec"]["ports"]]
    assert len(set(numbers)) == 2
    assert all(30000 <= number <= 32767 for number in numbers)


def test_a_service_without_an_address_says_so_twice() -> None:
    made = stored(kinds.SERVICE, objects.service(clusterIP="None"))
    assert made["spec"]["clusterIPs"] == ["None"]


def test_a_service_that_is_a_name_has_no_address() -> None:
    made = stored(kinds.SERVICE, objects.service(type="ExternalName", externalName="example.com", ports=[]))
    assert "clusterIP" not in made["spec"]

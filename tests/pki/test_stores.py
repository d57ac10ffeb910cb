from simulator.pki.stores import TrustStore
from tests.pki.samples import contents, key, root


def test_membership_is_by_the_certificate_itself() -> None:
    """A certificate is in the store in either place; another one of the same name is not."""
    one, same_name = root().own.certificate, root(serial_number=9).own.certificate
    leaf = root().issue(key(), contents("CN=leaf", "client")).certificate
    store = TrustStore((one, same_name), (leaf,))
    assert (one in store, leaf in store) == (True, True)
    assert root(serial_number=10).own.certificate not in store
    assert (list(store), len(store)) == ([one, same_name, leaf], 3)


def test_a_store_sorts_certificates_by_what_they_are() -> None:
    """CAs and old roots go to the authorities, leaves are trusted for themselves, each once."""
    ca, leaf = root(), root().issue(key(), contents("CN=leaf", "client")).certificate
    old_root = root(is_ca=None).own.certificate  # its key usage says keyCertSign
    neither = root(is_ca=None, key_usage=None).own.certificate
    store = TrustStore.of([leaf, ca.own.certificate, leaf, old_root, neither])
    assert store.authorities == (ca.own.certificate, old_root)
    assert store.directly_trusted == (leaf, neither)


def test_the_empty_store_trusts_nobody() -> None:
    """An empty store is a value like any other, and equal to another empty one."""
    assert len(TrustStore()) == 0
    assert root().own.certificate not in TrustStore()
    assert {TrustStore(): 1}[TrustStore.of([])] == 1

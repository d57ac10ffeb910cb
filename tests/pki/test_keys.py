import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from simulator.entropy import SeededEntropy
from simulator.pki import keys
from simulator.pki.keys import KeyType, describe_key, generate_key
from tests.pki.samples import ENTROPY, KEY_TYPES, openssl


def pkcs8(private_key: keys.PrivateKey) -> bytes:
    """A private key as an unencrypted PEM block."""
    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_a_seed_and_a_label_give_one_key(key_type: KeyType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same seed and label give the same key; another label or another seed gives another."""
    first = pkcs8(generate_key(key_type, SeededEntropy("seed"), "label"))
    with monkeypatch.context() as patch:
        patch.setattr(keys, "_key_from", keys._key_from.__wrapped__)  # made anew, and not remembered
        assert pkcs8(generate_key(key_type, SeededEntropy("seed"), "label")) == first
    assert pkcs8(generate_key(key_type, SeededEntropy("seed"), "other")) != first
    assert pkcs8(generate_key(key_type, SeededEntropy("other"), "label")) != first


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_a_key_is_named_as_its_type(key_type: KeyType) -> None:
    """The name of a generated key is the value of its type."""
    assert describe_key(generate_key(key_type, ENTROPY, "named").public_key()) == key_type.value


@pytest.mark.parametrize(
    ("public_key", "name"),
    [
        (ec.generate_private_key(ec.SECP521R1()).public_key(), "P-521"),
        (ed448.Ed448PrivateKey.generate().public_key(), "Ed448"),
        (dsa.generate_private_key(1024).public_key(), "DSA-1024"),
        ("no key at all", "str"),
    ],
)
def test_other_keys_have_names_too(public_key: object, name: str) -> None:
    """Keys that are never generated here are named too."""
    assert describe_key(public_key) == name


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_openssl_finds_the_keys_sound(key_type: KeyType) -> None:
    """OpenSSL's own check (of RSA: primes, exponents, coefficient) finds nothing wrong."""
    for label in ("one", "two", "three"):
        result = openssl("pkey", "-check", "-noout", data=pkcs8(generate_key(key_type, ENTROPY, label)))
        assert (result.returncode, result.stdout.strip()) == (0, b"Key is valid"), result.stderr


@pytest.mark.parametrize("key_type", [KeyType.P256, KeyType.P384, KeyType.P521])
def test_the_curve_orders_are_right(key_type: KeyType) -> None:
    """One less than the order times the generator is the generator's mirror image."""
    curve = keys._CURVES[key_type]
    generator = ec.derive_private_key(1, curve).public_key().public_numbers()
    mirror = ec.derive_private_key(keys._CURVE_ORDERS[key_type] - 1, curve).public_key().public_numbers()
    assert mirror.x == generator.x
    assert mirror.y != generator.y


def test_the_sieve_and_the_test_agree_with_trial_division() -> None:
    """Of 2,000 odd numbers the sieve and Miller–Rabin find the primes that trial division finds."""
    start = (1 << 31) + 1  # below 2^32, so the primes below 2^16 decide
    found = [number for number in keys._sieved(start, 2_000) if keys._is_prime(number)]
    window = range(start, start + 4_000, 2)
    assert found == [one for one in window if all(one % prime for prime in keys._small_primes())]


def test_miller_and_rabin_see_through_pseudoprimes() -> None:
    """Carmichael numbers and a strong pseudoprime to the bases 2, 3, 5 and 7 are not taken for primes."""
    impostors = (561, 1105, 1729, 2047, 41041, 3215031751)
    assert [number for number in impostors if keys._is_prime(number)] == []

"""Ten chains as real tools make them, each in a folder: the trusted CA, the chain in order, a user's files.

``trust.pem`` and ``chain.pem`` are for the programs that judge. The files that are explained may have another
form or order, or more certificates.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.peers import program

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORD = "changeit"
PEERS = Path(__file__).parent / "peers"
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc")
RSA = ("-newkey", "rsa:2048", "-noenc")

CONFIGURATION = """
oid_section = oids
[oids]
[req]
distinguished_name = name
string_mask = pkix
utf8 = yes
[name]
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
serial = serial
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = optional
organizationName = optional
organizationalUnitName = optional
countryName = optional
domainComponent = optional
serialNumber = optional
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[middle]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,digitalSignature,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[middle_for_servers]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
extendedKeyUsage = serverAuth
[middle_of_the_web]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,digitalSignature,keyCertSign,cRLSign
extendedKeyUsage = serverAuth,clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
certificatePolicies = 2.23.140.1.2.1
authorityInfoAccess = caIssuers;URI:http://x1.i.example/
crlDistributionPoints = URI:http://x1.c.example/
[client]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer
[smart_card]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = 1.3.6.1.4.1.311.20.2.2,clientAuth
subjectAltName = otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@corp.example,email:alice@corp.example
1.3.6.1.4.1.311.20.2 = ASN1:BMPSTRING:SmartcardLogon
1.3.6.1.4.1.311.25.2 = ASN1:SEQUENCE:sid
certificatePolicies = 2.16.840.1.101.3.2.1.3.13
crlDistributionPoints = URI:ldap:///CN=Corp%20CA?certificateRevocationList,URI:http://pki.corp.example/corp.crl
authorityInfoAccess = OCSP;URI:http://ocsp.corp.example/,caIssuers;URI:http://pki.corp.example/corp.crt
[sid]
name = EXPLICIT:0,SEQUENCE:sid_value
[sid_value]
type = OID:1.3.6.1.4.1.311.25.2.1
value = EXPLICIT:0,OCTETSTRING:S-1-5-21-1-2-3-1104
[device]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = otherName:1.3.6.1.5.5.7.8.4;SEQUENCE:hardware
[hardware]
type = OID:1.3.6.1.4.1.99999.1
number = FORMAT:HEX,OCTETSTRING:0A1B2C3D
[public]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:www.example.org,DNS:example.org
certificatePolicies = 2.23.140.1.2.1
authorityInfoAccess = caIssuers;URI:http://r1.i.example/
crlDistributionPoints = URI:http://r1.c.example/1.crl
1.3.6.1.4.1.11129.2.4.2 = DER:04020000
"""


@dataclass(frozen=True)
class Chain:
    """One of the chains.

    Attributes:
        title: where it comes from, in a few words.
        make: makes it in the folder that it is given.
        files: the files that are explained.
        decisive: the check that decides against it under the profile ``openssl``; None for accepted.
        tools: the programs that make it.
    """

    title: str
    make: Callable[[Path], None]
    files: tuple[str, ...]
    decisive: str | None
    tools: tuple[str, ...] = ("openssl",)


def run(folder: Path, name: str, *arguments: str) -> str:
    """Run a tool in a folder; return what it printed."""
    command = [program(name), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def openssl(folder: Path, *arguments: str) -> str:
    """Run ``openssl`` with the configuration at hand."""
    (folder / "tools.cnf").write_text(CONFIGURATION, encoding="utf-8")
    return run(folder, "openssl", *arguments)


def root(folder: Path, name: str, subject: str, *key: str) -> None:
    """A self-signed root, made by ``openssl req -x509``."""
    openssl(
        folder, "req", "-x509", "-config", "tools.cnf", "-extensions", "root", *(key or EC), "-utf8",
        "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "3650", "-subj", subject,
    )  # fmt: skip


def below(
    folder: Path, issuer: str, name: str, subject: str, extensions: str, *more: str, key: tuple[str, ...] = EC
) -> None:
    """A certificate from a request, made by ``openssl ca``."""
    (folder / "index.txt").touch()
    if not (folder / "serial").exists():
        (folder / "serial").write_text("1F00\n")
    openssl(
        folder, "req", "-new", "-config", "tools.cnf", *key, "-multivalue-rdn", "-utf8",
        "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject,
    )  # fmt: skip
    openssl(
        folder, "ca", "-batch", "-notext", "-preserveDN", "-config", "tools.cnf", "-extensions", extensions,
        "-cert", f"{issuer}.pem", "-keyfile", f"{issuer}.key", "-in", f"{name}.csr", "-out", f"{name}.pem",
        *(more or ("-days", "365")),
    )  # fmt: skip


def join(folder: Path, target: str, *names: str) -> None:
    """One PEM file after the other in a new file."""
    (folder / target).write_bytes(b"".join((folder / f"{name}.pem").read_bytes() for name in names))


def odd_intermediate(folder: Path) -> None:
    """``openssl ca``: an intermediate CA for servers alone, above a client's certificate."""
    root(folder, "root", "/O=Example/CN=Root")
    below(folder, "root", "middle", "/O=Example/CN=Server CA 1", "middle_for_servers")
    below(folder, "middle", "own", "/O=Example/CN=alice", "client")
    join(folder, "trust.pem", "root")
    join(folder, "chain.pem", "own", "middle")


def smart_card(folder: Path) -> None:
    """A card of a Windows domain: the user in otherName, Microsoft's purposes, extensions and BMPString."""
    root(folder, "root", "/DC=example/DC=corp/CN=Corp CA", *RSA)
    below(folder, "root", "own", "/DC=example/DC=corp/OU=Users/CN=Alice Doe", "smart_card", key=RSA)
    join(folder, "trust.pem", "root")
    join(folder, "chain.pem", "own")


def device(folder: Path) -> None:
    """IEEE 802.1AR: a device's first identity, without purposes, that never expires (RFC 5280, 4.1.2.5)."""
    never = ("-startdate", "20200101000000Z", "-enddate", "99991231235959Z")
    root(folder, "root", "/O=Maker/CN=Maker Root")
    below(folder, "root", "middle", "/O=Maker/CN=Maker Devices", "middle", *never)
    below(folder, "middle", "own", "/O=Maker/serialNumber=0A1B2C3D/CN=Model 7", "device", *never)
    join(folder, "trust.pem", "root")
    join(folder, "chain.pem", "own", "middle")


def public_chain(folder: Path) -> None:
    """What a public CA issues now: for servers alone, with policies, transparency and lists."""
    root(folder, "root", "/C=US/O=Research Group/CN=Root X1", *RSA)
    below(folder, "root", "middle", "/C=US/O=Encrypted/CN=R1", "middle_of_the_web", key=RSA)
    below(folder, "middle", "own", "/CN=www.example.org", "public", "-days", "90")
    join(folder, "trust.pem", "root")
    join(folder, "chain.pem", "own", "middle")
    join(folder, "fullchain.pem", "own", "middle", "root")


def pss(folder: Path) -> None:
    """RSASSA-PSS all the way, as PKCS#7: keys that may make no other signature."""
    key = ("-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048", "-noenc")
    sign = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-days", "365")
    root(folder, "root", "/CN=PSS Root", *key)
    below(folder, "root", "own", "/CN=pss client", "client", *sign, key=RSA)
    join(folder, "trust.pem", "root")
    join(folder, "chain.pem", "own")
    openssl(
        folder, "crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-certfile", "trust.pem", "-out", "all.p7b"
    )


def wrong_order(folder: Path) -> None:
    """Expired, in a bundle of the wrong order with a stranger; old string types, a relative name of two."""
    root(folder, "stranger", "/CN=Another Root")
    root(folder, "root", "/O=Société/CN=Racine")
    below(folder, "root", "middle", "/O=Société/CN=Émetteur", "middle")
    past = ("-startdate", "20210101000000Z", "-enddate", "20220101000000Z")
    below(folder, "middle", "own", "/O=Société/CN=Жанна+serialNumber=77", "client", *past)
    join(folder, "trust.pem", "root")
    join(folder, "chain.pem", "own", "middle")
    join(folder, "bundle.pem", "root", "stranger", "middle", "own")


def of_certtool(folder: Path) -> None:
    """GnuTLS from templates, with keys on Ed25519."""
    ca = 'cn = "A CA"\nca\ncert_signing_key\ncrl_signing_key\nexpiration_days = 3650\n'
    leaf = 'cn = "alice"\nuid = "alice"\nemail = "alice@example.org"\ntls_www_client\nsigning_key\n'
    (folder / "ca.tmpl").write_text(ca)
    (folder / "own.tmpl").write_text(f"{leaf}expiration_days = 30\n")
    for name, signer in (
        ("trust", ("--generate-self-signed",)),
        ("own", ("--generate-certificate", "--load-ca-certificate", "trust.pem")),
    ):
        run(folder, "certtool", "--generate-privkey", "--key-type", "ed25519", "--outfile", f"{name}.key")
        above = ("--load-ca-privkey", "trust.key") if name == "own" else ()
        template = "own.tmpl" if name == "own" else "ca.tmpl"
        run(
            folder, "certtool", *signer, *above, "--load-privkey", f"{name}.key", "--template", template,
            "--outfile", f"{name}.pem",
        )  # fmt: skip
    join(folder, "chain.pem", "own")


def keytool(folder: Path, store: str, *arguments: str) -> str:
    """Run ``keytool`` on a store of a folder."""
    return run(folder, "keytool", *arguments, "-keystore", store, "-storepass", PASSWORD)


def of_keytool(folder: Path) -> None:
    """Java: a CA and a user's PKCS#12 with the key and the whole chain, by ``keytool -gencert``."""
    made = ("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-alias")
    keytool(
        folder,
        "ca.p12",
        *made,
        "ca",
        "-dname",
        "CN=Java CA, O=Example",
        "-ext",
        "bc:c",
        "-ext",
        "ku:c=keyCertSign",
    )
    keytool(folder, "own.p12", *made, "alice", "-dname", "CN=alice, O=Example")
    keytool(folder, "own.p12", "-certreq", "-alias", "alice", "-file", "own.csr")
    extensions = (
        "-ext",
        "ku:c=digitalSignature",
        "-ext",
        "eku=clientAuth",
        "-ext",
        "san=email:alice@example.org",
    )
    keytool(
        folder,
        "ca.p12",
        "-gencert",
        "-alias",
        "ca",
        "-infile",
        "own.csr",
        "-outfile",
        "chain.pem",
        "-rfc",
        *extensions,
    )
    exported = keytool(folder, "ca.p12", "-exportcert", "-alias", "ca", "-rfc")
    (folder / "trust.pem").write_text(exported)
    keytool(folder, "own.p12", "-importcert", "-noprompt", "-alias", "ca", "-file", "trust.pem")
    keytool(folder, "own.p12", "-importcert", "-noprompt", "-alias", "alice", "-file", "chain.pem")


def of_go(folder: Path) -> None:
    """Go's ``x509.CreateCertificate``: a CA that may name corp.example alone, and a client elsewhere."""
    run(folder, "go", "run", str(PEERS / "make.go"), "host.other.example")


def of_nss(folder: Path) -> None:
    """NSS: ``certutil`` with its own type extension, and a PKCS#12 from ``pk12util``."""
    (folder / "noise").write_bytes(bytes(range(256)))
    (folder / "password").write_text(PASSWORD)
    at = ("-d", ".", "-f", "password")
    run(folder, "certutil", "-N", *at)
    ca = ("-S", "-n", "ca", "-s", "CN=NSS CA,O=Example", "-x", "-t", "CT,C,C", "-v", "120")
    made = ("-k", "rsa", "-g", "2048", "-Z", "SHA256", "-z", "noise")
    with_ca = ("--keyUsage", "critical,certSigning,crlSigning", "-m", "1", *at, *made)
    command = [program("certutil"), *ca, "-2", *with_ca]
    answers = "y\n-1\ny\n"  # a CA, no limit, critical
    subprocess.run(command, cwd=folder, input=answers, capture_output=True, text=True, timeout=60, check=True)
    leaf = ("-S", "-n", "alice", "-s", "CN=alice,O=Example", "-c", "ca", "-t", ",,", "-v", "12", "-m", "2")
    purposes = (
        "--keyUsage",
        "critical,digitalSignature",
        "--extKeyUsage",
        "clientAuth",
        "--nsCertType",
        "sslClient",
    )
    run(folder, "certutil", *leaf, *purposes, *at, *made)
    (folder / "trust.pem").write_text(run(folder, "certutil", "-L", "-n", "ca", "-a", *at))
    (folder / "chain.pem").write_text(run(folder, "certutil", "-L", "-n", "alice", "-a", *at))
    run(folder, "pk12util", "-o", "own.p12", "-n", "alice", "-d", ".", "-k", "password", "-w", "password")


CHAINS = {
    "odd-intermediate": Chain("openssl ca", odd_intermediate, ("chain.pem", "own.key"), "extended-key-usage"),
    "smart-card": Chain("a smart card", smart_card, ("own.pem", "own.key"), None),
    "device": Chain("a device", device, ("chain.pem", "own.key"), None),
    "public": Chain("a public CA", public_chain, ("fullchain.pem", "own.key"), "extended-key-usage"),
    "rsa-pss": Chain("RSASSA-PSS", pss, ("all.p7b", "own.key"), None),
    "wrong-order": Chain("a bundle", wrong_order, ("bundle.pem", "own.key"), "validity"),
    "certtool": Chain("GnuTLS", of_certtool, ("own.pem", "own.key"), None, ("certtool",)),
    "keytool": Chain("Java", of_keytool, ("own.p12",), None, ("keytool",)),
    "go": Chain("Go", of_go, ("chain.pem", "own.key"), "name-constraints", ("go",)),
    "nss": Chain("NSS", of_nss, ("own.p12",), None, ("certutil", "pk12util")),
}  # fmt: skip

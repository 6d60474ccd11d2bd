# SPDX-License-Identifier: MIT
"""Describes the package of a build for pip, and packs it as a wheel (PEP 427).

wheel.py VERSION FOLDER --info           writes FOLDER/mfpar-VERSION.dist-info/METADATA
wheel.py VERSION FOLDER --wheel WHEELS   packs FOLDER/mfpar into a wheel in WHEELS
"""
import base64
import hashlib
import pathlib
import sys
import sysconfig
import zipfile


def metadata(version):
    readme = pathlib.Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    return f"""Metadata-Version: 2.1
Name: mfpar
Version: {version}
Summary: Matrix factorisation of ratings by all cores of a machine
License: MIT
Requires-Python: >={sys.version_info.major}.{sys.version_info.minor}
Requires-Dist: numpy
Description-Content-Type: text/markdown

{readme}"""


def tag():
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"{python}-{python}-{platform}"


def pack(version, folder, wheels):
    info = f"mfpar-{version}.dist-info"
    files = {f"mfpar/{path.name}": path.read_bytes()
             for path in sorted((folder / "mfpar").iterdir()) if path.is_file()}
    files[f"{info}/METADATA"] = metadata(version).encode()
    files[f"{info}/WHEEL"] = (f"Wheel-Version: 1.0\nGenerator: mfpar {version}\n"
                              f"Root-Is-Purelib: false\nTag: {tag()}\n").encode()
    record = ""
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(content)}\n"
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    wheels.mkdir(parents=True, exist_ok=True)
    wheel = wheels / f"mfpar-{version}-{tag()}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # The same bytes whenever it is made.
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    print(wheel)


def main():
    version, folder, what = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    if what == "--wheel":
        return pack(version, folder, pathlib.Path(sys.argv[4]))
    info = folder / f"mfpar-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(metadata(version), encoding="utf-8")


main()

"""Verifies an envelope (DSSE) by the library that in-toto stands on, and prints what is in it.

Arguments: the file of the envelope, and public keys as Nix has them, name:base64. It fails unless each has signed it.
"""
import base64
import json
import sys

from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

envelope = Envelope.from_dict(json.load(open(sys.argv[1])))
keys = [SSlibKey(name, "ed25519", "ed25519", {"public": base64.b64decode(public).hex()})
        for name, public in (key.split(":") for key in sys.argv[2:])]
envelope.verify(keys, len(keys))
print(envelope.payload_type)
print(envelope.payload.decode())

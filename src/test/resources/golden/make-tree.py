"""Makes the tree of tree.nar at the path given: names and targets are bytes, sizes stand around the padding."""
import os, sys
root = os.fsencode(sys.argv[1])
def at(*names): return os.path.join(root, *names)
def write(path, data, mode=0o644):
    with open(path, "wb") as f: f.write(data)
    os.chmod(path, mode)
os.makedirs(at(b"empty"))
os.makedirs(at(b"deep", b"er", b"est"))
os.makedirs(at(b"a"))
for n in (0, 1, 7, 8, 9, 16, 4096, 70000): write(at(b"a", b"size-%d" % n), bytes(i * 31 % 251 for i in range(n)))
write(at(b"a.b"), b"after a, before a0\n")
write(at(b"a-b"), b"before a.b\n")
write(at(b"A"), b"before a\n")
write(at(b"run"), b"#!/bin/sh\n", 0o755)
write(at(b"group-only"), b"x for the group alone\n", 0o654)
write(at(b"owner-only"), b"x for the owner alone\n", 0o700)
write(at("caf\u00e9".encode()), b"UTF-8\n")
write(at("\u540d\u524d".encode()), b"UTF-8, three bytes a character\n")
write(at(b"latin-1-\xe9"), b"not UTF-8\n")
write(at(b"\xff\xfe"), b"not UTF-8 at all\n")
write(at(b"with space%41\\\"\n?#"), b"what a URI would escape\n")
write(at(b"deep", b"er", b"est", b"leaf"), b"leaf\n")
links = {b"relative": b"deep/er", b"up": b"../elsewhere", b"absolute": b"/nix/store/none", b"double": b"deep//er//est",
         b"slash": b"deep/er/", b"root": b"/", b"dot": b".", b"bytes": b"\xff/\xe9", b"bytes-slash": b"/tmp/\xe9/",
         b"umlaut": "d\u00e9/p".encode()}
os.makedirs(at(b"links"))
for name, target in links.items(): os.symlink(target, at(b"links", name))

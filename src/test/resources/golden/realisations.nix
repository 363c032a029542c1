let mk = name: extra: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = ["-c" "echo ${name} ${extra} > $out"]; __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; };
    dep = mk "dep" "";
in mk "top" "${dep}"

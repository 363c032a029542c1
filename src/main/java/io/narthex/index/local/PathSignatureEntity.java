package io.narthex.index.local;

import io.narthex.index.SignatureEntity;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

/** A signature of a path of this machine's store. */
@Entity
@Table(name = "path_signature")
class PathSignatureEntity extends SignatureEntity {}

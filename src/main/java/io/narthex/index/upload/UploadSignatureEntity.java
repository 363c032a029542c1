package io.narthex.index.upload;

import io.narthex.index.SignatureEntity;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

/** A signature of a path that was pushed. */
@Entity
@Table(name = "upload_signature")
class UploadSignatureEntity extends SignatureEntity {}

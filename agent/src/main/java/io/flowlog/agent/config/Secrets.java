package io.flowlog.agent.config;

import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.FieldReader;
import io.flowlog.agent.store.SecretConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads where secrets are, {@code {file: PATH}} or {@code {credential: NAME}}, and looks whether
 * they are there. A secret that stands in the configuration itself is refused and never told.
 */
record Secrets(@Nullable String credentialsFolder) {
  /** Where systemd says in which folder the credentials of a service are. */
  static final String FOLDER_VARIABLE = "CREDENTIALS_DIRECTORY";

  private static final Pattern CREDENTIAL = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");
  private static final String FORMS = "{file: PATH} or {credential: NAME}";

  /** Returns where the secret of a field is; null if there is none, or a mistake. */
  @Nullable SecretConfig read(FieldReader reader, String field) {
    FieldReader secret =
        reader.hiddenObject(field, "put it into a file of the agent's user and write " + FORMS);
    SecretConfig file = secret.value("file", this::ofFile);
    SecretConfig credential = secret.value("credential", this::ofCredential);
    if (secret.has("file") && secret.has("credential")) {
      secret.problem("credential", "stands beside file", "keep one");
    }
    secret.refuseUnknown();
    return file == null ? credential : file;
  }

  private SecretConfig ofFile(String text) throws FieldException {
    if (!text.startsWith("/")) {
      // not quoted: somebody may have put the secret itself here
      throw new FieldException("is not an absolute path to a file", "start with /");
    }
    Path file = Values.file(text);
    try {
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        throw new FieldException(
            FieldProblem.quote(text) + " is open to everybody", "chmod o-rwx that file");
      }
    } catch (IOException | UnsupportedOperationException e) {
      return readable(file, "make that file, for the agent's user only");
    }
    return readable(file, "check that file");
  }

  private SecretConfig ofCredential(String name) throws FieldException {
    if (!CREDENTIAL.matcher(name).matches()) {
      throw new FieldException(
          FieldProblem.quote(name) + " cannot be the name of a credential",
          "use letters, digits, dots, dashes and underscores");
    }
    if (credentialsFolder == null || credentialsFolder.isEmpty()) {
      throw new FieldException(
          "the credential "
              + FieldProblem.quote(name)
              + " is not there: "
              + FOLDER_VARIABLE
              + " is not set",
          "add LoadCredential="
              + name
              + ":PATH to the unit, or set "
              + FOLDER_VARIABLE
              + " to the folder that holds it");
    }
    return readable(
        Path.of(credentialsFolder, name), "add LoadCredential=" + name + ":PATH to the unit");
  }

  private static SecretConfig readable(Path file, String remedy) throws FieldException {
    SecretConfig secret = new SecretConfig(file);
    try {
      secret.read();
      return secret;
    } catch (NoSuchFileException e) {
      throw new FieldException(file + " is not there", remedy);
    } catch (IOException e) {
      throw new FieldException(
          file + " cannot be read (" + TextFile.reasonOf(e) + ")", "check that file");
    }
  }
}

package dev.tutti.cli;

/** What is said about the version. */
final class VersionText {
  private VersionText() {}

  static String line() {
    String version = VersionText.class.getPackage().getImplementationVersion();
    return "tutti " + (version == null ? "unpacked" : version) + " (JDK " + Runtime.version() + ")";
  }
}

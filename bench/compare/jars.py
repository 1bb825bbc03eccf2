"""The jars that are measured: this project's, and those of peers on the JVM."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OURS = os.path.join(ROOT, "bench", "target", "quick", "benchmarks.jar")  # where the profile "quick" builds
PP4J_VERSION = "2.2"
PP4J = {f"net.viktorc:pp4j:{PP4J_VERSION}": f"pp4j-{PP4J_VERSION}.jar", "org.slf4j:slf4j-api:1.7.25": "slf4j-api-1.7.25.jar",
        "org.apache.commons:commons-pool2:2.4.2": "commons-pool2-2.4.2.jar"}
PP4J_FOLDER = os.path.join(ROOT, "bench", "target", "pp4j")
LONGEST_FETCH_SECONDS = 120
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"


def build():
    """The packaged jars, without the checks of a full build; Maven leaves alone what is up to date."""
    if not shutil.which("mvn"):
        print("compare: no mvn found: apt-get install maven", file=sys.stderr)
        sys.exit(3)
    print("compare: building the jars", file=sys.stderr)
    if subprocess.run(["mvn", "-q", "-Pquick", "-pl", "bench", "-am", "package"], cwd=ROOT).returncode:
        sys.exit(3)


def fetch_pp4j():
    """Gets PP4J from the local Maven repository, or else from Maven Central. Where neither has it, its column is left out."""
    for coordinates, name in PP4J.items():
        for offline in (["-o"], []):
            if os.path.exists(os.path.join(PP4J_FOLDER, name)):
                break
            command = ["mvn", "-q", *offline, COPY, "-Dartifact=" + coordinates, "-DoutputDirectory=" + PP4J_FOLDER]
            try:
                subprocess.run(command, cwd=tempfile.gettempdir(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               timeout=LONGEST_FETCH_SECONDS)
            except subprocess.TimeoutExpired:
                return


def has_pp4j():
    return all(os.path.exists(os.path.join(PP4J_FOLDER, name)) for name in PP4J.values())


def class_path(column):
    return os.pathsep.join([OURS] + sorted(glob.glob(os.path.join(PP4J_FOLDER, "*.jar"))) if column.needs == "pp4j" else [OURS])

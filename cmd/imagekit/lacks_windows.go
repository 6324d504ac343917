package main

// lacks says what this system does not offer the service; other packages say it of themselves.
const lacks = "on Windows there is no SIGHUP (restart the service to read the files of the secrets again) and no Unix socket"

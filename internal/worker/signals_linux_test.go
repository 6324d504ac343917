package worker

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
)

// interruptedVariable tells a process of this test that it is the one to be interrupted.
const interruptedVariable = "IMAGEKIT_TEST_INTERRUPTED"

// A Ctrl-C that reaches the whole group while the first process is started ends nobody who listens for it.
func TestInterruptedFirstStart(t *testing.T) {
	if os.Getenv(interruptedVariable) != "" {
		interrupted()
	}
	for range 200 {
		c := exec.Command(executable(), "-test.run=^TestInterruptedFirstStart$")
		c.Env = append(os.Environ(), interruptedVariable+"=1")
		c.Stderr = os.Stderr
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
			t.Fatalf("it says %q, %v", line, err)
		}
		if err := syscall.Kill(-c.Process.Pid, syscall.SIGINT); err != nil {
			t.Error(err)
		}
		if err := c.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

// interrupted listens for Ctrl-C once, as the program does, and starts its first process.
func interrupted() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT)
	context.AfterFunc(ctx, stop)
	fmt.Println("ready")
	if err := prepareLaunch(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = exec.Command("/bin/true").Run() // Ctrl-C may end that one
	<-ctx.Done()
	os.Exit(0)
}

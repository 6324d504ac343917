//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// starts wants READY=1 to have arrived, both walls around the workers, and their memory to be visible to the server,
// which reads it from /proc in spite of ProtectProc=.
func (m *machine) starts(ctx context.Context) error {
	return within(30*time.Second, func() error {
		if _, err := m.in(ctx, "systemctl is-active --quiet imagekit.service"); err != nil {
			return err
		}
		text, err := m.in(ctx, "curl -sSf http://127.0.0.1:8081/metrics")
		for _, want := range []string{`imagekit_sandbox{wall="landlock"} 1`, `imagekit_sandbox{wall="seccomp"} 1`} {
			if err == nil && !strings.Contains(text, want) {
				err = fmt.Errorf("no %s", want)
			}
		}
		if err == nil && strings.Contains(text, "imagekit_workers_resident_memory_bytes 0\n") {
			err = errors.New("the server cannot see its workers' memory")
		}
		return err
	})
}

// signed is a shell word: the URL of a picture that was not asked for before.
const signed = `http://127.0.0.1:8080$(IMAGEKIT_SECRET_FILE=/etc/imagekit/secret imagekit sign "url=sample:photo&w=64&f=%s&v=$(date +%%N)")`

func (m *machine) picture(ctx context.Context) error {
	for _, format := range []string{"jpeg", "webp", "avif", "png"} {
		_, err := m.in(ctx, `curl -sSf -o /dev/null "`+fmt.Sprintf(signed, format)+`"`)
		if err != nil {
			return err
		}
	}
	owner, err := m.in(ctx, "stat -c %U:%a /var/cache/imagekit")
	if err == nil && owner != "imagekit:700" {
		err = fmt.Errorf("the cache is %s", owner)
	}
	return err
}

// reloads changes the secret as a rotation does: the new one signs, the old one is still good.
func (m *machine) reloads(ctx context.Context) error {
	_, err := m.in(ctx, `old="`+fmt.Sprintf(signed, "webp")+`"
cd /etc/imagekit && cp -p secret secret-previous && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' > secret
echo IMAGEKIT_SECRET_PREVIOUS_FILE=/etc/imagekit/secret-previous >> imagekit.env && systemctl restart imagekit
curl -sSf -o /dev/null "$old" && curl -sSf -o /dev/null "`+fmt.Sprintf(signed, "webp")+`" || exit 1
cat secret > secret-previous; head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' > secret; systemctl reload imagekit`)
	if err != nil {
		return err
	}
	return within(10*time.Second, func() error {
		_, err := m.in(ctx, `curl -sSf -o /dev/null "`+fmt.Sprintf(signed, "webp")+`"`)
		return err
	})
}

// restarts asks all the time while the service is restarted; systemd keeps the socket open.
func (m *machine) restarts(ctx context.Context) error {
	out, err := m.in(ctx, `systemctl restart imagekit & n=0; bad=0
while kill -0 $! 2>/dev/null; do n=$((n+1)); curl -sS -m 20 -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/health | grep -q 200 || bad=$((bad+1)); done
echo $n asked, $bad lost; test $n -gt 20 -a $bad = 0`)
	fmt.Println("  " + out)
	return err
}

func (m *machine) returns(ctx context.Context) error {
	if _, err := m.in(ctx, "systemctl kill --kill-who=main --signal=KILL imagekit.service"); err != nil {
		return err
	}
	return within(20*time.Second, func() error {
		_, err := m.in(ctx, "systemctl show -p NRestarts imagekit | grep -qx NRestarts=1 && curl -sSf -m 5 "+
			"http://127.0.0.1:8080/ready")
		return err
	})
}

func (m *machine) outlives(ctx context.Context) error {
	const alive = "systemctl show -p MainPID --value imagekit"
	before, err := m.in(ctx, alive)
	if err != nil {
		return err
	}
	if _, err := m.in(ctx, "pkill -KILL -o -P "+before); err != nil {
		return err
	}
	if err := within(20*time.Second, func() error { return m.picture(ctx) }); err != nil {
		return err
	}
	if after, err := m.in(ctx, alive); err != nil || after != before {
		return fmt.Errorf("the server was %s and is %s: %v", before, after, err)
	}
	return nil
}

// stops wants a clean end within the drain delay and the time of a drain without requests.
func (m *machine) stops(ctx context.Context) error {
	out, err := m.in(ctx, "systemctl stop imagekit.socket imagekit.service; systemctl show -p "+
		"Result,ExecMainStatus,ActiveState imagekit")
	for _, want := range []string{"Result=success", "ExecMainStatus=0", "ActiveState=inactive"} {
		if err == nil && !strings.Contains(out, want) {
			err = fmt.Errorf("no %s in %s", want, out)
		}
	}
	return err
}

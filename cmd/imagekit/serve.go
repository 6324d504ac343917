package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/urfave/cli/v3"

	"imagekit/internal/param"
	"imagekit/internal/sample"
	"imagekit/internal/server"
	"imagekit/internal/settings"
	"imagekit/internal/sign"
)

func serveCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "serve", Usage: "run the service",
		UsageText: "imagekit serve [options]",
		Description: `Every option can be given as an environment variable, too. The secrets have no option: they are in
IMAGEKIT_SECRET, IMAGEKIT_SECRET_PREVIOUS and IMAGEKIT_SIGN_TOKEN, or in files.

SIGHUP reads the files again. SIGINT and SIGTERM answer the requests that were accepted, then end
the service.

Examples:

  imagekit serve
  IMAGEKIT_SECRET_FILE=/run/secrets/imagekit imagekit serve --addr :8080 --cache-dir /var/cache/imagekit`,
		Flags: settings.Flags(),
		Action: func(ctx context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			s, secrets, warnings, err := loadWithSecrets(c, sys)
			if err != nil {
				return err
			}
			log := logger(sys.err, s.Log, s.LogText)
			for _, w := range warnings {
				log.Warn(w)
			}
			return serve(ctx, s, secrets, log, sys)
		},
	}
}

// heapGoal is the memory of this process in bytes above which garbage is collected at once. The sources in flight may
// take more of it; what decodes them has processes of its own.
const heapGoal = 512 << 20

// serve runs until ctx ends, then drains: requests that were accepted are answered, workers end, the cache closes.
func serve(ctx context.Context, s *settings.Settings, secrets settings.Secrets, log *slog.Logger, sys system) error {
	// A hit reads a file into fresh memory; with the usual setting a small live heap would be collected all the time.
	// Above the bound, or the lower one in GOMEMLIMIT, garbage must not pile up to four times of what lives.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(min(debug.SetMemoryLimit(-1), heapGoal))
	// net/http tells the standard logger what is odd about an origin's connection.
	slog.SetLogLoggerLevel(slog.LevelDebug)
	slog.SetDefault(log)
	signal.Ignore(syscall.SIGPIPE) // whoever reads the log may go: writing to nobody ends the process else
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP) // before anything takes time: one that comes early must not kill
	defer signal.Stop(hup)
	v, err := build(s, secrets, log)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, s.Addr)
	if err != nil {
		return errors.Join(err, v.close(ctx))
	}
	httpServer := v.server.HTTP()
	failed := make(chan error, 1)
	go func() { failed <- httpServer.Serve(server.Listener(listener)) }()
	admin, err := v.serveAdmin(ctx, s.AdminAddr)
	if err != nil {
		return errors.Join(err, httpServer.Close(), v.close(ctx))
	}
	defer admin.Close()
	log.Info("listening", "addr", listener.Addr().String(), "version", version, "cache_dir", s.CacheDir, "cache_size", s.CacheSize, "workers", s.Workers)
	if isTerminal(sys.err) {
		greet(sys.err, v, s, listener.Addr().String())
	}
	for {
		select {
		case <-hup:
			v.reload()
			continue
		case err = <-failed:
			err = errors.Join(err, v.close(ctx))
		case <-ctx.Done():
			v.announceEnd(s.DrainDelay)
			err = listener.Close()
			<-failed // because of that: now no connection is accepted any more
			err = errors.Join(err, drain(ctx, v, httpServer))
		}
		return err
	}
}

// announceEnd makes /ready say that the end is near, and gives load balancers the time to notice.
func (v *service) announceEnd(delay time.Duration) {
	v.log.Info("draining")
	v.server.Drain()
	time.Sleep(delay)
}

// serveAdmin serves the operator's own address, if there is one, until the returned server is closed.
func (v *service) serveAdmin(ctx context.Context, addr string) (*http.Server, error) {
	admin := v.server.AdminHTTP()
	if addr == "" {
		return admin, nil
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, usageError{fmt.Errorf("IMAGEKIT_ADMIN_ADDR: %w", err)}
	}
	v.log.Info("metrics", "addr", listener.Addr().String())
	go func() {
		if err := admin.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			v.log.Error("the admin address is served no more", "error", err)
		}
	}()
	return admin, nil
}

// lastRequests is how long connections are served on after the listener is closed. Their answers end them; one that was
// ended between two requests, as Shutdown does, could take a request with it that is on its way.
const lastRequests = 250 * time.Millisecond

// drain ends the service in order, when no connection is accepted any more. It takes as long as the longest request
// may, and a second: half of it for answers on their way, half for ending the workers.
func drain(ctx context.Context, v *service, h *http.Server) error {
	const grace = time.Second / 2
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), v.settings.RequestTimeout+2*grace)
	defer cancel()
	time.Sleep(lastRequests)
	answers, cancel := context.WithTimeout(ctx, v.settings.RequestTimeout+grace)
	defer cancel()
	err := h.Shutdown(answers)
	if errors.Is(err, context.DeadlineExceeded) { // no work takes so long: what is left waits for its client
		v.log.Warn("clients that were still sending, or not reading, are cut off")
		err = h.Close()
	}
	err = errors.Join(err, v.close(ctx))
	v.log.Info("stopped")
	return err
}

// listen opens the address.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, usageError{fmt.Errorf("IMAGEKIT_ADDR: %w", err)}
	}
	return l, nil
}

// greet shows a person at a terminal what to try first.
func greet(w io.Writer, v *service, s *settings.Settings, addr string) {
	base := "http://" + reachable(addr)
	fmt.Fprintf(w, "\n  ImageKit %s is at %s/\n", version, base)
	if s.Samples {
		query, err := param.NewQuery(param.Pair{Name: "url", Value: "sample:" + sample.Names()[0]}, param.Pair{Name: "w", Value: "640"})
		if err != nil {
			return
		}
		canonical := query.Canonical()
		fmt.Fprintf(w, "  Try it:  curl -o photo%s '%s%s'\n", s.DefaultFormat.Ext(), base, sign.URL(canonical, v.keys.Sign(canonical)))
	}
	fmt.Fprintf(w, "  Stop it: Ctrl-C\n\n")
}

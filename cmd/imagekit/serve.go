package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v3"

	"imagekit/internal/param"
	"imagekit/internal/sample"
	"imagekit/internal/server"
	"imagekit/internal/serverlog"
	"imagekit/internal/settings"
	"imagekit/internal/sign"
	"imagekit/internal/source"
)

func serveCommand(sys system) *cli.Command {
	return &cli.Command{
		Name: "serve", Usage: "run the service",
		UsageText: "imagekit serve [options]",
		Description: `Every option can be set by an environment variable, too. Secrets themselves are never options: put
them into IMAGEKIT_SECRET, IMAGEKIT_SECRET_PREVIOUS, IMAGEKIT_SIGN_TOKEN and IMAGEKIT_PURGE_TOKEN,
or into files that options name.

SIGHUP reads the files of secrets again. After SIGINT or SIGTERM the service answers the requests
that it has accepted, then it ends.

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
			log, flush := serverLog(sys.err, s)
			defer flush()
			for _, w := range warnings {
				log.Warn(w)
			}
			return serve(ctx, s, secrets, log, sys)
		},
	}
}

// serverLog makes the log of a server: lines wait a moment for others, unless somebody watches. flush ends that.
func serverLog(w io.Writer, s *settings.Settings) (log *slog.Logger, flush func()) {
	if isTerminal(w) {
		return serverlog.Plain(w, s.Log, s.LogText), func() {}
	}
	return serverlog.New(w, s.Log, s.LogText)
}

// heapGoal is the memory of this process in bytes above which garbage is collected at once, on a machine or in a cgroup
// with so many: an eighth, but 512 MiB on a small one, unless that is more than a quarter. The sources in flight may take
// more of it; what decodes them has processes of its own.
func heapGoal(memory int64) int64 {
	const least = 512 << 20
	if memory == 0 { // not known
		return least
	}
	return max(memory/8, min(least, memory/4))
}

// serve runs until ctx ends, then drains: requests that were accepted are answered, workers end, the cache closes.
func serve(ctx context.Context, s *settings.Settings, secrets settings.Secrets, log *slog.Logger, sys system) error {
	tuneCollector()
	// net/http tells the standard logger what is odd about an origin's connection.
	slog.SetLogLoggerLevel(slog.LevelDebug)
	slog.SetDefault(log)
	signal.Ignore(syscall.SIGPIPE) // whoever reads the log may go: writing to nobody ends the process else
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP) // before anything takes time: one that comes early must not kill
	defer signal.Stop(hup)
	tracer, err := startTracing(ctx, sys.env, log)
	if err != nil {
		return usageError{err}
	}
	v, err := build(s, secrets, tracer, log)
	if err != nil {
		return err
	}
	sockets, err := listen(ctx, s, sys.sockets)
	if err != nil {
		return errors.Join(err, v.close(ctx))
	}
	httpServer := v.server.HTTP()
	failed := make(chan error, len(sockets.main))
	for _, l := range sockets.main {
		go func() { failed <- httpServer.Serve(server.Listener(server.TellAccept(l, log))) }()
	}
	admin := v.serveAdmin(sockets.admin)
	defer admin.Close()
	here := addresses(sockets.main)
	log.Info("listening", "addr", here, "version", version, "cache_dir", s.CacheDir, "cache_size", s.CacheSize, "workers",
		s.Workers)
	if lacks != "" {
		log.Info(lacks)
	}
	if isTerminal(sys.err) {
		greet(sys.err, v, s, here)
	}
	first := address(sockets.main[0].Addr())
	super := supervise(ctx, v.pool.Ready, func(ctx context.Context) error { return healthcheck(ctx, first) }, log)
	defer super.end()
	for {
		select {
		case <-hup:
			super.reload(v.reload)
		case err = <-failed:
			return errors.Join(err, httpServer.Close(), v.close(ctx))
		case <-ctx.Done():
			super.stopping()
			v.announceEnd(s.DrainDelay)
			closeListeners(sockets.main)
			for range sockets.main {
				<-failed // because of that: now no connection is accepted any more
			}
			return drain(ctx, v, httpServer)
		}
	}
}

// tuneCollector lets garbage lie longer than Go does by itself. A hit reads a file into fresh memory; with the usual
// setting a small live heap would be collected all the time. Above the bound, or the lower one in GOMEMLIMIT, garbage must
// not pile up to four times of what lives.
func tuneCollector() {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(min(debug.SetMemoryLimit(-1), heapGoal(settings.Memory(os.DirFS("/")))))
}

// announceEnd makes /ready say that the end is near, and gives load balancers the time to notice.
func (v *service) announceEnd(delay time.Duration) {
	v.log.Info("draining")
	v.server.Drain()
	time.Sleep(delay)
}

// serveAdmin serves the operator's own addresses, if there are any, until the returned server is closed.
func (v *service) serveAdmin(all []net.Listener) *http.Server {
	admin := v.server.AdminHTTP()
	for _, l := range all {
		v.log.Info("metrics", "addr", address(l.Addr()))
		go func() {
			if err := admin.Serve(server.TellAccept(l, v.log)); !errors.Is(err, http.ErrServerClosed) {
				v.log.Error("the admin address is no longer served", "error", err)
			}
		}()
	}
	return admin
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
		v.log.Warn("clients that did not finish in time were disconnected")
		err = h.Close()
	}
	err = errors.Join(err, v.close(ctx))
	v.log.Info("stopped")
	return err
}

// greet shows a person at a terminal what to try first.
func greet(w io.Writer, v *service, s *settings.Settings, addr string) {
	first, _, _ := strings.Cut(addr, ",")
	base := "http://" + reachable(first)
	if strings.HasPrefix(first, settings.UnixPrefix) {
		base = first
	}
	fmt.Fprintf(w, "\n  ImageKit %s is at %s/\n", version, base)
	if s.Samples && base != first {
		shape := param.Pair{Name: "w", Value: "640"}
		if s.OnlyPresets {
			shape = param.Pair{Name: "p", Value: s.PresetList.Names()[0]}
		}
		query, err := param.NewQuery(param.Pair{Name: "url", Value: source.SamplePrefix + sample.Names()[0]}, shape)
		if err != nil {
			return
		}
		canonical := query.Canonical()
		fmt.Fprintf(w, "  Try it:  curl -o photo%s '%s%s'\n", s.DefaultFormat.Ext(), base,
			sign.URL(canonical, v.keys.Sign(canonical)))
	}
	if own := ownSources(s.AllowedNetworks); own != "" {
		fmt.Fprintf(w, "  Sources of this machine, such as http://localhost:3000/a.jpg, are open: "+
			"IMAGEKIT_ALLOWED_NETWORKS=%s\n", own)
	}
	fmt.Fprintf(w, "  Stop it: Ctrl-C\n\n")
}

// ownSources returns the loopback networks that may be fetched from, as the setting has them.
func ownSources(allowed []netip.Prefix) string {
	var own []string
	for _, p := range allowed {
		if p.Addr().IsLoopback() {
			own = append(own, strings.TrimSuffix(p.String(), "/128"))
		}
	}
	return strings.Join(own, ",")
}

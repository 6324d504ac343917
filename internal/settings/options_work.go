package settings

import "imagekit/internal/opt"

func (s *Settings) workOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_WORKERS", To: &s.Workers, Min: 1, Max: 1024, DefaultDoc: "number of CPUs", Example: "4",
			Doc: "Number of worker processes. Each decodes and encodes one picture at a time.",
		},
		{
			Name: "IMAGEKIT_SANDBOX", To: word{
				&s.Sandbox,
				[]string{"auto", "require", "off"},
			}, Default: "auto", Example: "require",
			Doc: "Confinement of the workers (Landlock, seccomp). `auto` blocks files, sockets, processes and capabilities " +
				"as far as the kernel can, and warns about what it cannot. `require` refuses to start if anything is " +
				"missing. `off` leaves only the resource limits, for tracing a codec. `imagekit sandbox` shows what is " +
				"blocked.",
		},
		{
			Name: "IMAGEKIT_QUEUE", To: &s.Queue, Min: 1, Max: 100_000, Default: "64", Example: "256",
			Doc: "Pictures that may wait for a worker. When the queue is full, the answer is 503.",
		},
		{
			Name: "IMAGEKIT_MEMORY", To: (*size)(&s.Memory), DefaultDoc: "half of the RAM or of the cgroup's limit", Example: "2GiB",
			Doc: "Memory for all pictures in work, by estimate. A picture that needs more than this by itself is refused.",
		},
		{
			Name: "IMAGEKIT_REQUEST_TIMEOUT", To: (*duration)(&s.RequestTimeout), Default: "30s", Example: "15s",
			Doc: "Time limit for one picture: waiting, downloading, decoding and encoding. After that the answer is 504.",
		},
	}
}

func (s *Settings) cacheOptions() []opt.Option {
	return []opt.Option{
		{
			Name: "IMAGEKIT_CACHE_DIR", To: &s.CacheDir,
			DefaultDoc: "`./cache`; on Windows `%LOCALAPPDATA%\\imagekit`, on macOS `~/Library/Caches/imagekit`", Example: "/var/cache/imagekit",
			Doc: "Directory of the cache. It is created if it is missing.",
		},
		{
			Name: "IMAGEKIT_CACHE_SIZE", To: (*size)(&s.CacheSize), DefaultDoc: "the smaller of 10GiB and half of the " +
				"free space",
			Example: "50GiB",
			Doc:     "Largest size of the cache on disk. The results that were unused for longest are removed first.",
		},
		{
			Name: "IMAGEKIT_RESULTS", To: &s.Results, DefaultDoc: "none", Example: "s3://images/results?endpoint=https://s3.example.com",
			Doc: "Where instances share results and purges: `s3://BUCKET/PREFIX` with `?endpoint=URL`, `region=` and " +
				"`path_style=1` as needed, `gs://BUCKET/PREFIX`, or `file:///DIRECTORY?size=100GiB` on a network file " +
				"system. Keys come from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, the shared file or the " +
				"instance's role. Whoever can write there decides what is shown.",
		},
		{
			Name: "IMAGEKIT_CACHE_MIN_FREE", To: (*size)(&s.CacheMinFree), DefaultDoc: "the smaller of 1GiB and 5 % of " +
				"the disk",
			Example: "5GiB",
			Doc: "Space on the disk of the cache that stays free for others. If it gets scarce, the cache shrinks; if that " +
				"is not enough, results are served without being stored. 5 % of the inodes stay free, too.",
		},
	}
}

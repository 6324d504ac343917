package settings

import (
	"testing"
	"testing/fstest"
)

func TestMemory(t *testing.T) {
	const meminfo = "MemFree:  1 kB\nMemTotal:       16384 kB\nMemAvailable:    1 kB\n"
	tests := []struct {
		name  string
		files texts
		want  int64
	}{
		{"nothing known", nil, 0},
		{"RAM", texts{"proc/meminfo": meminfo}, 16 << 20},
		{
			"container",
			texts{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1048576\n"},
			1 << 20,
		},
		{
			"no limit",
			texts{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n"},
			16 << 20,
		},
		{
			"limit above the RAM",
			texts{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1099511627776\n"},
			16 << 20,
		},
		{
			"the least of all above",
			texts{
				"proc/meminfo": meminfo, "proc/self/cgroup": "0::/system.slice/imagekit.service\n",
				"sys/fs/cgroup/system.slice/imagekit.service/memory.max": "4194304\n",
				"sys/fs/cgroup/system.slice/memory.max":                  "2097152\n",
			},
			2 << 20,
		},
		{
			"cgroup of another namespace",
			texts{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/../../x\n", "sys/fs/cgroup/memory.max": "2097152\n"},
			2 << 20,
		},
		{
			"version 1",
			texts{
				"proc/meminfo": meminfo, "proc/self/cgroup": "5:cpu,cpuacct:/docker/1\n4:memory:/docker/1\njunk\n",
				"sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "3145728\n",
				"sys/fs/cgroup/memory/memory.limit_in_bytes":          "9223372036854771712\n",
			},
			3 << 20,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := fstest.MapFS{}
			for name, content := range tt.files {
				root[name] = &fstest.MapFile{Data: []byte(content)}
			}
			if got := Memory(root); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

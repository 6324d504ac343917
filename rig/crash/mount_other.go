//go:build !linux

package main

import (
	"context"
	"errors"
)

// errNoMount says that this system does not let the rig make a disk.
var errNoMount = errors.New("mount namespaces are Linux's")

func isChild() bool  { return false }
func childMain() int { return 1 }

func runMounted(context.Context, *rig, scenario) ([]figure, error) { return nil, errNoMount }

func frozenDisk(context.Context, *rig) ([]figure, error) { return nil, errNoMount }

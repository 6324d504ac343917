package main

import (
	"bytes"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"imagekit/internal/testkit/imagetest"
	"imagekit/internal/testkit/instance"
)

// start runs the program with a cache and a log in dir and waits until it is ready.
func start(dir string, env ...string) (*instance.Instance, error) {
	return instance.Start("bin/imagekit", dir, env...)
}

// await asks until the URL answers 200, for five seconds.
func await(url string) (err error) {
	for range 100 {
		if _, _, err = get(url); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// get fetches a URL and wants 200.
func get(url string) ([]byte, http.Header, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return body, resp.Header, err
}

// origin serves one photo-like JPEG under every path.
func origin(width, height int) (*httptest.Server, int, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, imagetest.Photo(width, height), &jpeg.Options{Quality: 88}); err != nil {
		return nil, 0, err
	}
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(b.Bytes())
	})), b.Len(), nil
}

var errNoFigure = errors.New("the tool printed no figure")

package engine

import (
	"fmt"

	"imagekit/internal/blob"
	"imagekit/internal/color"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/icc"
	"imagekit/internal/op"
	"imagekit/internal/stage"
)

// overlaySteps make of a source what is laid over a picture.
var overlaySteps = []step{
	{stage.Decode, decode},
	{stage.Resize, resize},
	{stage.Resize, toSRGB},
	{stage.Resize, fromSignal},
	{stage.Resize, turn},
}

// prepare makes what is laid over the picture, before the picture itself: then the two are not decoded at the same time.
func (e Engine) prepare(j *job, more []*blob.Blob, times *stage.Times) error {
	if len(more) != len(j.plan.Overlays) {
		return fmt.Errorf("engine: want %d sources to lay over the picture, got %d", len(j.plan.Overlays), len(more))
	}
	for i, src := range more {
		own := &job{plan: j.plan.Overlays[i].Plan(j.plan), src: src}
		err := e.do(own, i+1, overlaySteps, times)
		if err == nil {
			err = explain(own.carry(j.plan.Overlays[i].Carried))
		}
		if err == nil {
			j.marks, own.frame = append(j.marks, own.frame), nil
		}
		own.release()
		if err != nil {
			return fault.OfPart(err, i+1)
		}
	}
	return nil
}

// carry brings the frame to the colours and the model of the picture it will be laid over.
func (j *job) carry(to icc.Kind) error {
	if to != icc.None {
		if j.frame.Model != frame.Gray {
			if err := convert(j, frame.RGB); err != nil {
				return err
			}
		}
		color.FromSRGB(j.frame, to)
	}
	return toModel(j)
}

// overlay lays what was prepared over the picture.
func overlay(j *job) error {
	for i, o := range j.plan.Overlays {
		if err := op.Over(j.frame, j.marks[i], o.At, o.Step, o.Opacity); err != nil {
			return err
		}
	}
	return nil
}

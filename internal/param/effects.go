package param

import (
	"flag"
	"strings"

	"imagekit/internal/effect"
	"imagekit/internal/opt"
)

// Effects are the values of every effect, by its Kind. The zero value asks for none.
type Effects [effect.Count]EffectValue

// EffectValue is what is asked of one effect; which field counts, its row tells.
type EffectValue struct {
	Number float64 // 0 = not given
	On     bool
	Colors [2]Color
}

// appendEffects adds a row for each effect of package effect.
func (p *Params) appendEffects(list []opt.Option) []opt.Option {
	for k := range effect.Table {
		row := &effect.Table[k]
		o := row.Option
		switch v := &p.Effects[k]; row.Takes {
		case effect.Number:
			o.To = &v.Number
		case effect.Flag:
			o.To = &v.On
		case effect.Color:
			o.To = colorValue{&v.Colors[0]}
		case effect.TwoColors:
			o.To = colorsValue{&v.Colors}
		}
		list = append(list, o)
	}
	return list
}

// colorsValue reads two colours for the table.
type colorsValue struct{ to *[2]Color }

var _ flag.Value = colorsValue{}

func (v colorsValue) String() string {
	if !v.to[0].Set {
		return ""
	}
	return v.to[0].String() + "," + v.to[1].String()
}

// Set reads DARK,LIGHT.
func (v colorsValue) Set(s string) error {
	var colors [2]Color
	dark, light, _ := strings.Cut(s, ",")
	if (colorValue{&colors[0]}).Set(dark) != nil || (colorValue{&colors[1]}).Set(light) != nil {
		return errValue
	}
	*v.to = colors
	return nil
}

// Want says what Set accepts.
func (colorsValue) Want() string {
	return "DARK,LIGHT: two colours as rrggbb or rgb hexadecimal digits, without #"
}

// Wanted lists the effects that change something, in the order of work. Lengths are multiplied by dpr.
func (p Params) Wanted() []effect.Effect {
	var list []effect.Effect
	for k, v := range p.Effects {
		row := &effect.Table[k]
		e := effect.Effect{Kind: effect.Kind(k), Number: v.Number}
		given := v.On || v.Colors[0].Set
		if row.Takes == effect.Number {
			given = v.Number != 0 && v.Number != row.Neutral
			if row.Pixels && !p.Foreign.BoxDPR {
				e.Number *= max(p.DPR, 1)
			}
		}
		if !given {
			continue
		}
		for i, c := range v.Colors {
			e.Colors[i] = [3]uint8{c.R, c.G, c.B}
		}
		list = append(list, e)
	}
	return list
}

# fish completion for imagekit; load it with: imagekit completion fish | source
function __imagekit_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    if string match -qr '^[\'"]' -- $current
        set current (string sub -s 2 -- $current)
    else
        set current (string unescape -- $current)
    end
    set -l found ($words[1] completion candidates -- $words[2..-1] "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c imagekit -f -a '(__imagekit_candidates)'

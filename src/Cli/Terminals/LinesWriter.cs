using System.Text;

namespace SqlStream.Cli.Terminals;

/// <summary>Hands on whole lines. Thread-safe.</summary>
sealed class LinesWriter(Action<string> write) : TextWriter
{
    readonly Lock _lock = new();
    readonly StringBuilder _line = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        lock (_lock)
        {
            _line.Append(value);
            var text = _line.ToString();
            var end = text.LastIndexOf('\n') + 1;
            if (end == 0)
                return;
            write(text[..end]);
            _line.Clear().Append(text, end, text.Length - end);
        }
    }

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void WriteLine() => Write("\n");
}

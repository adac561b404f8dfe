using System.Text;

namespace SqlStream.Cli.Terminals;

/// <summary>Lets text through to a terminal, and nothing that the terminal would obey: control characters, but for ends of lines and tabs, are shown as U+FFFD.</summary>
sealed class PrintableWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(IsObeyed(value) ? '\uFFFD' : value);

    public override void Write(string? value)
    {
        if (value is not null)
            Write(value.AsSpan());
    }

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        while (buffer.Length > 0)
        {
            var plain = 0;
            while (plain < buffer.Length && !IsObeyed(buffer[plain]))
                plain++;
            inner.Write(buffer[..plain]);
            if (plain == buffer.Length)
                return;
            inner.Write('\uFFFD');
            buffer = buffer[(plain + 1)..];
        }
    }

    public override void WriteLine(string? value)
    {
        Write(value);
        inner.Write('\n');
    }

    public override void WriteLine(ReadOnlySpan<char> buffer)
    {
        Write(buffer);
        inner.Write('\n');
    }

    public override void WriteLine() => inner.Write('\n');

    public override void Write(StringBuilder? value) => Write(value?.ToString());

    public override void WriteLine(StringBuilder? value) => WriteLine(value?.ToString());

    public override void Flush() => inner.Flush();

    /// <summary>Whether a terminal would do something on it instead of showing it, also to the order of the characters around it.</summary>
    public static bool IsObeyed(char c) => (char.IsControl(c) && c is not ('\n' or '\t')) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}

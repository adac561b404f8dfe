using System.Runtime.CompilerServices;
using System.Text;

namespace SqlStream.Client;

/// <summary>Reads server-sent events.</summary>
static class ServerEvents
{
    /// <summary>The events with their names and data.</summary>
    public static async IAsyncEnumerable<(string Name, string Data)> ReadAsync(TextReader reader, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var name = "message";
        var data = new StringBuilder();
        while (await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0)
            {
                if (data.Length > 0)
                    yield return (name, data.ToString());
                name = "message";
                data.Clear();
                continue;
            }
            if (line[0] == ':')
                continue;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            if (value.StartsWith(' '))
                value = value[1..];
            if (field == "event")
                name = value;
            else if (field == "data")
                data.Append(data.Length > 0 ? "\n" : "").Append(value);
        }
    }
}

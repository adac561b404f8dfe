using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>PARSE_URL(url, part [, key]): a part of a URL, HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO, or with QUERY and a
/// key the value of that parameter. NULL where the URL is none or has no such part.</summary>
/// <remarks>Taken apart as java.net.URL does, which knows the protocols http, https, ftp, file, jar and mailto.</remarks>
static class ParseUrlFunction
{
    public static ScalarFunction Create() => new TextFunction<Op>(
        "PARSE_URL", "PARSE_URL(url, part [, key]) -> STRING", [Parameter.Text, Parameter.Text, Parameter.Text], optional: 1, mayGiveNull: true);

    readonly struct Op : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var part = arguments.Text(1, row);
            if (!Url.TryParse(arguments.Text(0, row), out var url))
                return false;
            if (arguments.Length == 3)
                return part.SequenceEqual("QUERY"u8) && url.Has(UrlPart.Query) && TryWriteParameter(url.Query, arguments.Text(2, row), output);
            return part switch
            {
                _ when part.SequenceEqual("HOST"u8) => Write(true, url.Host, output),
                _ when part.SequenceEqual("PATH"u8) => Write(true, url.Path, output),
                _ when part.SequenceEqual("QUERY"u8) => Write(url.Has(UrlPart.Query), url.Query, output),
                _ when part.SequenceEqual("REF"u8) => Write(url.Has(UrlPart.Reference), url.Reference, output),
                _ when part.SequenceEqual("PROTOCOL"u8) => Write(true, url.Protocol, output),
                _ when part.SequenceEqual("FILE"u8) => Write(true, url.File, output),
                _ when part.SequenceEqual("AUTHORITY"u8) => Write(url.Has(UrlPart.Authority), url.Authority, output),
                _ when part.SequenceEqual("USERINFO"u8) => Write(url.Has(UrlPart.UserInfo), url.UserInfo, output),
                _ => false,
            };
        }

        static bool Write(bool exists, ReadOnlySpan<byte> part, BytesColumnBuilder output)
        {
            if (exists)
                output.Append(part);
            return exists;
        }

        static bool TryWriteParameter(ReadOnlySpan<byte> query, ReadOnlySpan<byte> key, BytesColumnBuilder output)
        {
            while (true)
            {
                var end = query.IndexOf((byte)'&');
                var pair = end < 0 ? query : query[..end];
                if (pair.Length > key.Length && pair.StartsWith(key) && pair[key.Length] == '=')
                {
                    output.Append(pair[(key.Length + 1)..]);
                    return true;
                }
                if (end < 0)
                    return false;
                query = query[(end + 1)..];
            }
        }
    }

    [Flags]
    enum UrlPart
    {
        None = 0,
        Authority = 1,
        UserInfo = 2,
        Query = 4,
        Reference = 8,
    }

    ref struct Url
    {
        static readonly byte[][] s_protocols = [.. new[] { "http", "https", "ftp", "file", "jar", "mailto" }.Select(Encoding.ASCII.GetBytes)];

        UrlPart _parts;

        public ReadOnlySpan<byte> Protocol { get; private set; }

        public ReadOnlySpan<byte> Authority { get; private set; }

        public ReadOnlySpan<byte> UserInfo { get; private set; }

        public ReadOnlySpan<byte> Host { get; private set; }

        public ReadOnlySpan<byte> File { get; private set; }

        public ReadOnlySpan<byte> Path { get; private set; }

        public ReadOnlySpan<byte> Query { get; private set; }

        public ReadOnlySpan<byte> Reference { get; private set; }

        public readonly bool Has(UrlPart part) => (_parts & part) != 0;

        public static bool TryParse(ReadOnlySpan<byte> text, out Url url)
        {
            url = default;
            text = text.Trim(" \t\r\n"u8);
            var colon = text.IndexOf((byte)':');
            if (colon <= 0 || !url.TrySetProtocol(text[..colon]))
                return false;
            text = text[(colon + 1)..];
            var hash = text.IndexOf((byte)'#');
            if (hash >= 0)
            {
                url.Reference = text[(hash + 1)..];
                url._parts |= UrlPart.Reference;
                text = text[..hash];
            }
            // Neither mailto: nor jar: has a place for a host.
            if (text.StartsWith("//"u8) && !url.Protocol.SequenceEqual("mailto"u8) && !url.Protocol.SequenceEqual("jar"u8))
            {
                text = text[2..];
                var end = text.IndexOfAny((byte)'/', (byte)'?');
                if (!url.TrySetAuthority(end < 0 ? text : text[..end]))
                    return false;
                text = end < 0 ? [] : text[end..];
            }
            url.File = text;
            url.Path = text;
            var question = text.IndexOf((byte)'?');
            if (question >= 0)
            {
                url.Query = text[(question + 1)..];
                url._parts |= UrlPart.Query;
                url.Path = text[..question];
            }
            return true;
        }

        bool TrySetProtocol(ReadOnlySpan<byte> name)
        {
            foreach (var protocol in s_protocols)
            {
                if (!Ascii.EqualsIgnoreCase(name, protocol))
                    continue;
                Protocol = protocol;
                return true;
            }
            return false;
        }

        bool TrySetAuthority(ReadOnlySpan<byte> authority)
        {
            Authority = authority;
            _parts |= UrlPart.Authority;
            var host = Authority;
            var at = host.LastIndexOf((byte)'@');
            if (at >= 0)
            {
                UserInfo = host[..at];
                _parts |= UrlPart.UserInfo;
                host = host[(at + 1)..];
            }
            var bracket = host.LastIndexOf((byte)']');
            var port = host[(bracket + 1)..].IndexOf((byte)':');
            if (port >= 0)
            {
                var digits = host[(bracket + 2 + port)..];
                host = host[..(bracket + 1 + port)];
                foreach (var digit in digits)
                {
                    if (!char.IsAsciiDigit((char)digit))
                        return false;
                }
            }
            Host = host;
            return true;
        }
    }
}

using SqlStream.Core.Diagnostics;
using SqlStream.Core.Files;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Appends the frames of one delivery to hidden files; a file that has become large enough is
/// followed by a new one.</summary>
sealed class PartWriter : IDisposable
{
    readonly IDurableDirectory _directory;
    readonly PartNames _names;
    readonly ReadOnlyMemory<byte> _header;
    readonly long _rollBytes;
    readonly long _nowMicros;
    readonly List<OpenPart> _full = [];
    OpenPart? _part;
    IAppendFile? _file;
    long _next;

    public PartWriter(IDurableDirectory directory, PartNames names, FileMarker marker, long nowMicros,
        ReadOnlyMemory<byte> header, long rollBytes)
    {
        _directory = directory;
        _names = names;
        _header = header;
        _rollBytes = rollBytes;
        _nowMicros = nowMicros;
        _part = marker.Open;
        _next = marker.Next;
    }

    /// <summary>Appends a frame.</summary>
    public void Append(ReadOnlySpan<byte> frame)
    {
        _file ??= Open();
        _file.Append(frame);
        if (_file.Length >= _rollBytes)
            Close();
    }

    /// <summary>Makes everything durable and adds the files to a marker.</summary>
    public FileMarker Finish(FileMarker marker)
    {
        if (_file is not null)
        {
            _file.Sync();
            _part = _part! with { Bytes = _file.Length };
        }
        var epoch = marker.Delivered!.Epoch.Value;
        return marker with
        {
            Open = _part,
            Next = _next,
            Publish = [.. _full.Select(part => new Publication(part.Name, _names.Final(epoch, part.Number)))],
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    IAppendFile Open()
    {
        if (_part is null)
        {
            _part = new OpenPart(_names.Open(_next), _next, 0, _nowMicros);
            _next++;
        }
        var file = _directory.OpenAppend(_part.Name, _part.Bytes);
        try
        {
            if (file.Length == 0 && !_header.IsEmpty)
                file.Append(_header.Span);
            return file;
        }
        catch (ExternalException)
        {
            file.Dispose();
            throw;
        }
    }

    void Close()
    {
        _file!.Sync();
        _full.Add(_part! with { Bytes = _file.Length });
        _file.Dispose();
        _file = null;
        _part = null;
    }
}

using SqlStream.State.Checkpoints;

namespace SqlStream.Testing;

/// <summary>Passes every operation on to another store, unless <paramref name="fault"/> gives an exception for it; that is
/// asked with the name of the method and of the file, before the operation.</summary>
public sealed class FaultyFileStore(IFileStore inner, Func<string, string, Exception?> fault) : IFileStore
{
    public string Locate(string name) => inner.Locate(name);

    public bool Exists(string name) => Pass(nameof(Exists), name, () => inner.Exists(name));

    public long? Size(string name) => Pass(nameof(Size), name, () => inner.Size(name));

    public void Write(string name, ReadOnlySpan<byte> content, bool durable)
    {
        Ask(nameof(Write), name);
        inner.Write(name, content, durable);
    }

    public void Write(string name, Stream content, bool durable)
    {
        Ask(nameof(Write), name);
        inner.Write(name, content, durable);
    }

    public bool PublishIfAbsent(string name, ReadOnlySpan<byte> content)
    {
        Ask(nameof(PublishIfAbsent), name);
        return inner.PublishIfAbsent(name, content);
    }

    public void Replace(string name, ReadOnlySpan<byte> content)
    {
        Ask(nameof(Replace), name);
        inner.Replace(name, content);
    }

    public Stream OpenRead(string name) => Pass(nameof(OpenRead), name, () => inner.OpenRead(name));

    public IEnumerable<string> List(string prefix) => Pass(nameof(List), prefix, () => inner.List(prefix));

    public void Delete(string name)
    {
        Ask(nameof(Delete), name);
        inner.Delete(name);
    }

    public void DeleteTree(string name)
    {
        Ask(nameof(DeleteTree), name);
        inner.DeleteTree(name);
    }

    public void ImportFile(string localPath, string name)
    {
        Ask(nameof(ImportFile), name);
        inner.ImportFile(localPath, name);
    }

    public void ExportFile(string name, string localPath)
    {
        Ask(nameof(ExportFile), name);
        inner.ExportFile(name, localPath);
    }

    public void SyncDirectory(string name)
    {
        Ask(nameof(SyncDirectory), name);
        inner.SyncDirectory(name);
    }

    T Pass<T>(string operation, string name, Func<T> action)
    {
        Ask(operation, name);
        return action();
    }

    void Ask(string operation, string name)
    {
        if (fault(operation, name) is { } exception)
            throw exception;
    }
}
